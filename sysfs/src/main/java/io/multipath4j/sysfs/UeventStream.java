package io.multipath4j.sysfs;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The events of a tree: a ring that keeps the newest, and subscribers that each read it at their
 * own pace. A subscriber that is too slow loses the oldest events and is told how many; it never
 * slows the publisher or another subscriber.
 *
 * <p>All methods may be called by any thread. Publishing takes a short lock, reading takes none.
 */
public final class UeventStream {
  /** The most subscribers at a time. */
  public static final int MAX_SUBSCRIBERS = 64;

  private static final System.Logger LOG = System.getLogger(UeventStream.class.getName());

  private final InstantSource clock;
  private final AtomicReferenceArray<Uevent> ring;
  private final List<UeventSubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final Object publishing = new Object();

  /** The sequence of the newest event; it is in the ring before it is here. */
  private volatile long newest;

  /**
   * Makes a stream.
   *
   * @param clock the time of events
   * @param capacity how many events are kept, at least 1
   */
  public UeventStream(InstantSource clock, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a stream keeps at least 1 event, not " + capacity);
    }
    this.clock = clock;
    this.ring = new AtomicReferenceArray<>(capacity);
  }

  /**
   * Tells all subscribers.
   *
   * @param action what happened
   * @param devpath the device's path in the tree
   * @param subsystem the device's class
   * @param properties further keys, in the order in which the map gives them
   * @return the event
   * @throws IllegalArgumentException when a key or the limits of {@link Uevent} do not hold
   */
  public Uevent publish(
      UeventAction action, String devpath, String subsystem, Map<String, String> properties) {
    Uevent event;
    synchronized (publishing) {
      event = new Uevent(newest + 1, clock.instant(), action, devpath, subsystem, properties);
      ring.set(slot(event.sequence()), event);
      newest = event.sequence();
    }
    for (UeventSubscription subscription : subscriptions) {
      wake(subscription);
    }
    return event;
  }

  /**
   * Subscribes to the events from now on.
   *
   * @param onEvent called after each event, on the publisher's thread: it wakes the subscriber and
   *     does no more; a subscription whose call throws is closed
   * @throws IllegalStateException when there are {@link #MAX_SUBSCRIBERS}
   */
  public UeventSubscription subscribe(Runnable onEvent) {
    synchronized (publishing) {
      if (subscriptions.size() >= MAX_SUBSCRIBERS) {
        throw new IllegalStateException(
            "the stream of events has " + MAX_SUBSCRIBERS + " subscribers; close one first");
      }
      UeventSubscription subscription = new UeventSubscription(this, newest + 1, onEvent);
      subscriptions.add(subscription);
      return subscription;
    }
  }

  /** Returns the sequence number of the newest event, 0 before the first. */
  public long newest() {
    return newest;
  }

  /** Returns the oldest sequence that the ring still keeps. */
  long oldest() {
    return Math.max(1, newest - ring.length() + 1);
  }

  /** Returns what is in the ring where an event of a sequence is or was. */
  Uevent at(long sequence) {
    return ring.get(slot(sequence));
  }

  void unsubscribe(UeventSubscription subscription) {
    subscriptions.remove(subscription);
  }

  private int slot(long sequence) {
    return (int) (sequence % ring.length());
  }

  private void wake(UeventSubscription subscription) {
    try {
      subscription.wake();
    } catch (RuntimeException e) {
      // What a device does must not depend on who watches it.
      unsubscribe(subscription);
      LOG.log(Level.ERROR, "a subscriber to events threw and is closed", e);
    }
  }
}
