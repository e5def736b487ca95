package io.multipath4j.iscsi;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a connection is silent, with one timer for the session. While commands are
 * outstanding it asks soon and waits shortly, otherwise seldom.
 */
final class Keepalive {

  /** What is watched. */
  interface Watched {

    /** Tells whether commands are outstanding. */
    boolean isBusy();

    /** Returns when bytes came last, in the loop's nanoseconds. */
    long heardNanos();

    /** Sends a ping. */
    void ping();

    /** There was no answer. */
    void silent(long millis);
  }

  private final EventLoop loop;
  private final Watched watched;
  private final long busyIntervalNanos;
  private final long busyTimeoutNanos;
  private final long idleIntervalNanos;
  private final long idleTimeoutNanos;
  private final Runnable tick = this::tick;

  private @Nullable Timer timer;
  private long dueNanos;
  private long busySinceNanos;
  private boolean pinged;
  private long pingNanos;

  Keepalive(EventLoop loop, IscsiSessionConfig.Timing timing, Watched watched) {
    this.loop = loop;
    this.watched = watched;
    busyIntervalNanos = TimeUnit.MILLISECONDS.toNanos(timing.nopIntervalMillis());
    busyTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(timing.nopTimeoutMillis());
    idleIntervalNanos = TimeUnit.MILLISECONDS.toNanos(timing.idleNopIntervalMillis());
    idleTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(timing.idleNopTimeoutMillis());
  }

  void start() {
    pinged = false;
    busySinceNanos = loop.clock().nanoTime();
    arm(busySinceNanos, idleIntervalNanos);
  }

  void stop() {
    Timer armed = timer;
    if (armed != null) {
      armed.cancel();
      timer = null;
    }
  }

  /** The first command is outstanding; at most one timer is set per interval, not per command. */
  void becameBusy() {
    long now = loop.clock().nanoTime();
    busySinceNanos = now;
    if (dueNanos - now > busyIntervalNanos) {
      stop();
      arm(now, busyIntervalNanos);
    }
  }

  private void arm(long now, long delayNanos) {
    dueNanos = now + delayNanos;
    timer = loop.schedule(delayNanos, tick);
  }

  private void tick() {
    long now = loop.clock().nanoTime();
    boolean busy = watched.isBusy();
    long interval = busy ? busyIntervalNanos : idleIntervalNanos;
    long timeout = busy ? busyTimeoutNanos : idleTimeoutNanos;
    long heard = watched.heardNanos();
    if (pinged && heard - pingNanos >= 0) {
      pinged = false; // whatever was heard after the ping proves life
    }
    if (pinged) {
      long left = pingNanos + timeout - now;
      if (left <= 0) {
        timer = null;
        watched.silent(TimeUnit.NANOSECONDS.toMillis(now - heard));
        return;
      }
      arm(now, left);
      return;
    }
    long quietSince = busy && busySinceNanos - heard > 0 ? busySinceNanos : heard;
    long left = quietSince + interval - now;
    if (left > 0) {
      arm(now, left);
      return;
    }
    pinged = true;
    pingNanos = now;
    arm(now, timeout);
    watched.ping();
  }
}
