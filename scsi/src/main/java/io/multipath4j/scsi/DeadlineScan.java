package io.multipath4j.scsi;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of a host's requests: one list, and one timer that looks through all of it. The
 * timer is set for the earliest deadline known when it last looked, at least a tick away; requests
 * come and go without touching it, so a steady load costs one look per command timeout.
 */
final class DeadlineScan {

  /** The least time between two looks. Deadlines are kept to this, in nanoseconds. */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final EventLoop loop;
  private final RequestList pending = new RequestList();
  private final RequestList expired = new RequestList();
  private final Runnable look = this::look;
  private @Nullable Timer timer;
  private long timerNanos;

  DeadlineScan(EventLoop loop) {
    this.loop = loop;
  }

  /** Returns the time of this turn of the loop, which is much finer than a tick. */
  long nanoTime() {
    return loop.turnNanos();
  }

  /** Adds a request whose queue is told when {@code delayNanos} have passed. */
  void add(ScsiRequest request, long nowNanos, long delayNanos) {
    request.deadlineNanos = nowNanos + delayNanos;
    pending.addLast(request);
    Timer running = timer;
    if (running == null) {
      set(nowNanos, delayNanos);
    } else if (timerNanos - request.deadlineNanos > TICK_NANOS) {
      running.cancel();
      set(nowNanos, delayNanos);
    }
  }

  private void set(long nowNanos, long delayNanos) {
    long delay = Math.max(delayNanos, TICK_NANOS);
    timerNanos = nowNanos + delay;
    timer = loop.schedule(delay, look);
  }

  private void look() {
    timer = null;
    long now = loop.clock().nanoTime(); // the timer was due by this, and maybe not by the turn's
    long earliest = Long.MAX_VALUE;
    ScsiRequest request = pending.first();
    while (request != null) {
      ScsiRequest next = request.next;
      long left = request.deadlineNanos - now;
      if (left <= 0) {
        RequestList.unlink(request);
        expired.addLast(request);
      } else {
        earliest = Math.min(earliest, left);
      }
      request = next;
    }
    if (earliest != Long.MAX_VALUE) {
      set(now, earliest);
    }
    try {
      // Telling one may end others, which then leave this list by themselves.
      for (ScsiRequest late = expired.pollFirst(); late != null; late = expired.pollFirst()) {
        DeviceQueue queue = late.queue;
        if (queue != null) {
          queue.deadlinePassed(late);
        }
      }
    } finally {
      if (!expired.isEmpty() && timer == null) {
        set(now, 0); // an exception left them behind
      }
    }
  }
}
