package io.multipath4j.sysfs;

import org.jspecify.annotations.Nullable;

/** One reader of a stream of events, with its own place in it. {@link #poll} is for one thread. */
public final class UeventSubscription implements AutoCloseable {
  private final UeventStream stream;
  private final Runnable onEvent;
  private long next;
  private long lost;
  private volatile boolean closed;

  UeventSubscription(UeventStream stream, long next, Runnable onEvent) {
    this.stream = stream;
    this.next = next;
    this.onEvent = onEvent;
  }

  /**
   * Returns the next event, or how many were missed before it; null when there is none yet or this
   * is closed. Never waits.
   */
  public @Nullable UeventDelivery poll() {
    if (closed || next > stream.newest()) {
      return null;
    }
    Uevent event = stream.at(next);
    if (event.sequence() == next) {
      next++;
      return event;
    }
    // The slot holds a later event already, so the oldest that is kept is beyond this place.
    long missed = Math.max(1, stream.oldest() - next);
    next += missed;
    lost += missed;
    return new UeventDelivery.Lost(missed);
  }

  /** Returns how many events this subscriber has missed in all. */
  public long lost() {
    return lost;
  }

  /** Ends it. */
  @Override
  public void close() {
    closed = true;
    stream.unsubscribe(this);
  }

  void wake() {
    onEvent.run();
  }
}
