package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockStatus;
import org.jspecify.annotations.Nullable;

/**
 * The accounting of one attempt on one path: opened at dispatch, closed exactly once. What was
 * counted at the opening, not the policy of the moment, decides what the closing undoes.
 */
final class Attempt<P> {

  private @Nullable MpathDevice<P> path;
  private boolean countedActive;
  private boolean timed;
  private long startNanos;

  void open(MpathDevice<P> on, boolean countActive) {
    if (path != null) {
      throw new IllegalStateException("an attempt on path " + path + " is still open");
    }
    path = on;
    countedActive = countActive;
    on.counters.started();
    if (countActive) {
      on.active().increment();
    }
  }

  /** The attempt is part of the path's statistics. */
  void time(BioOp op, long nowNanos) {
    MpathDevice<P> on = path;
    if (on != null) {
      timed = true;
      startNanos = nowNanos;
      on.counters.io.started(op, nowNanos);
    }
  }

  boolean isTimed() {
    return timed;
  }

  /**
   * Ends it, and returns the path of this attempt.
   *
   * @param nowNanos only looked at when it is timed
   */
  MpathDevice<P> close(Bio original, BlockStatus status, long nowNanos) {
    MpathDevice<P> on = path;
    if (on == null) {
      throw new IllegalStateException("a path's disk completed an I/O that was not under way");
    }
    path = null;
    if (countedActive) {
      on.active().decrement();
    }
    on.counters.ended(status, original.length());
    if (timed) {
      timed = false;
      on.counters.io.ended(original, status, startNanos, nowNanos);
    }
    return on;
  }
}
