package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/**
 * A fourth policy: the first registered path for as long as it is usable. Nothing else of the
 * library knows it.
 */
final class FirstRegisteredPolicy implements IoPolicy {

  @Override
  public String word() {
    return "first-registered";
  }

  @Override
  public <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid) {
    MpathDevice<P> fallback = null;
    for (MpathDevice<P> path : table.paths()) {
      if (!table.isUsable(path, avoid)) {
        continue;
      }
      if (path.accessState() == MpathAccessState.OPTIMIZED) {
        return path;
      }
      if (fallback == null && path.accessState() == MpathAccessState.NONOPTIMIZED) {
        fallback = path;
      }
    }
    return fallback;
  }
}
