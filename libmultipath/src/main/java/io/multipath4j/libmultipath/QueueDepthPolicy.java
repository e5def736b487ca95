package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/** Takes the optimized path with the fewest I/Os in flight, else such a non-optimized one. */
final class QueueDepthPolicy implements IoPolicy {

  @Override
  public String word() {
    return "queue-depth";
  }

  @Override
  public boolean countsActive() {
    return true;
  }

  @Override
  public <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid) {
    MpathDevice<P> optimized = null;
    MpathDevice<P> nonOptimized = null;
    long leastOptimized = Long.MAX_VALUE;
    long leastNonOptimized = Long.MAX_VALUE;
    for (MpathDevice<P> path : table.paths()) {
      if (!table.isUsable(path, avoid)) {
        continue;
      }
      long depth = path.active().get();
      // Not a switch: that costs one more load for each path.
      MpathAccessState state = path.accessState();
      if (state == MpathAccessState.OPTIMIZED) {
        if (depth == 0) {
          return path;
        }
        if (depth < leastOptimized) {
          leastOptimized = depth;
          optimized = path;
        }
      } else if (state == MpathAccessState.NONOPTIMIZED && depth < leastNonOptimized) {
        leastNonOptimized = depth;
        nonOptimized = path;
      }
    }
    return optimized != null ? optimized : nonOptimized;
  }
}
