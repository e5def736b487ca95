package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sets aside paths whose every command fails although their driver calls them usable, so that
 * neither good I/O is wasted on them nor bad I/O circles at full speed. The rest doubles each time
 * until a command is carried.
 *
 * <p>A resting path is a last resort, not a lost one: a bio that has no better path is tried on it
 * once, and waits for the end of the rest after that; it is never failed because paths rest. Loop
 * thread only.
 */
final class PathBackOff<P> {

  private static final System.Logger LOG = System.getLogger(PathBackOff.class.getName());

  /** Doublings after which the longest rest is certainly reached. */
  private static final int MAX_DOUBLINGS = 30;

  private final MpathHead<P> head;
  private final EventLoop loop;
  private final PathTable<P> table;
  private final MpathHeadOptions options;
  private @Nullable Timer timer;

  PathBackOff(MpathHead<P> head, EventLoop loop, PathTable<P> table, MpathHeadOptions options) {
    this.head = head;
    this.loop = loop;
    this.table = table;
    this.options = options;
  }

  /** A command reached the device: whatever it answered, the path works. */
  void carried(MpathDevice<P> path) {
    if (path.health.consecutiveFailures != 0) {
      path.health.forget();
      readmit(path);
    }
  }

  /** A command ended with a path error. What the driver knows to be down needs no back-off. */
  void failed(MpathDevice<P> path, BlockStatus status) {
    if (!table.isUsable(path, 0)) {
      return;
    }
    PathHealth health = path.health;
    health.consecutiveFailures++;
    if (health.consecutiveFailures < options.failuresBeforeRest()
        || !path.isRegistered()
        || rests(path)) {
      return;
    }
    long restNanos =
        Math.min(
            options.restMaxNanos(),
            saturatedShift(options.restInitialNanos(), Math.min(health.round, MAX_DOUBLINGS)));
    health.round++;
    health.retryAtNanos = loop.clock().nanoTime() + restNanos;
    table.setAside(table.setAside() | path.bit());
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: path {1} failed {2} commands in a row (last: {3}); not used for {4} ms unless no"
            + " other path is left",
        head.name(),
        path,
        health.consecutiveFailures,
        status,
        TimeUnit.NANOSECONDS.toMillis(restNanos));
    arm();
  }

  /** Ends the rest of a path, if it rests; its record stays. */
  void readmit(MpathDevice<P> path) {
    table.setAside(table.setAside() & ~path.bit());
  }

  private boolean rests(MpathDevice<P> path) {
    return (table.setAside() & path.bit()) != 0;
  }

  private void arm() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    long now = loop.clock().nanoTime();
    long delay = Long.MAX_VALUE;
    for (MpathDevice<P> path : table.paths()) {
      if (rests(path)) {
        delay = Math.min(delay, Math.max(0, path.health.retryAtNanos - now));
      }
    }
    if (delay != Long.MAX_VALUE) {
      timer = loop.schedule(delay, this::onTimer);
    }
  }

  private void onTimer() {
    timer = null;
    long now = loop.clock().nanoTime();
    for (MpathDevice<P> path : table.paths()) {
      if (rests(path) && path.health.retryAtNanos - now <= 0) {
        readmit(path);
      }
    }
    arm();
    head.kick();
  }

  private static long saturatedShift(long value, int shift) {
    return value > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : value << shift;
  }
}
