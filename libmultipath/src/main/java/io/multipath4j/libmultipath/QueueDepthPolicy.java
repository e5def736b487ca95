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
      switch (path.accessState()) {
        case OPTIMIZED -> {
          if (depth == 0) {
            return path;
          }
          if (depth < leastOptimized) {
            leastOptimized = depth;
            optimized = path;
          }
        }
        case NONOPTIMIZED -> {
          if (depth < leastNonOptimized) {
            leastNonOptimized = depth;
            nonOptimized = path;
          }
        }
        case OTHER -> {}
      }
    }
    return optimized != null ? optimized : nonOptimized;
  }
}
