package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockStatus;
import org.jspecify.annotations.Nullable;

/**
 * The accounting of one attempt on one path: opened at dispatch, closed exactly once. What was
 * counted at the opening, not the policy of the moment, decides what the closing undoes.
 */
final class Attempt<P> {

  private @Nullable MpathDevice<P> path;
  private boolean countedActive;

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

  /** Returns the path of this attempt. */
  MpathDevice<P> close(BlockStatus status, long byteCount) {
    MpathDevice<P> on = path;
    if (on == null) {
      throw new IllegalStateException("a path's disk completed an I/O that was not under way");
    }
    path = null;
    if (countedActive) {
      on.active().decrement();
    }
    on.counters.ended(status, byteCount);
    return on;
  }
}
