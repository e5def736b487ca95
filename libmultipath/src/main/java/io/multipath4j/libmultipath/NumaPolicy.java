package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/**
 * Sticks to the cached path while it is optimized. A non-optimized one is looked at anew for every
 * I/O, which is how I/O returns to an optimized path by itself.
 */
final class NumaPolicy implements IoPolicy {

  @Override
  public String word() {
    return "numa";
  }

  @Override
  public boolean usesDistance() {
    return true;
  }

  @Override
  public <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid) {
    MpathDevice<P> current = table.cached(node);
    if (current != null
        && current.isRegistered()
        && table.isUsable(current, avoid)
        && table.isOptimized(current)) {
      return current;
    }
    return table.findPath(node, avoid, true);
  }
}
