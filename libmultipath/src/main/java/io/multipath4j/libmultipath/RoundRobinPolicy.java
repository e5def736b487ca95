package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/** Takes the next optimized path after the last one used; without one, a non-optimized path. */
final class RoundRobinPolicy implements IoPolicy {

  @Override
  public String word() {
    return "round-robin";
  }

  @Override
  public <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid) {
    MpathDevice<P>[] paths = table.paths();
    MpathDevice<P> old = table.cached(node);
    int start = old == null ? -1 : indexOf(paths, old);
    if (old == null || start < 0) {
      return table.findPath(node, avoid, false);
    }
    if (paths.length == 1) {
      return table.isUsable(old, avoid) ? old : null;
    }
    MpathDevice<P> lastNonOptimized = null;
    for (int step = 1; step < paths.length; step++) {
      int index = start + step;
      MpathDevice<P> path = paths[index < paths.length ? index : index - paths.length];
      if (!table.isUsable(path, avoid)) {
        continue;
      }
      MpathAccessState state = path.accessState();
      if (state == MpathAccessState.OPTIMIZED) {
        table.cache(node, path);
        return path;
      }
      if (state == MpathAccessState.NONOPTIMIZED) {
        lastNonOptimized = path;
      }
    }
    return keepOrTake(table, node, avoid, old, lastNonOptimized);
  }

  /** The ring had no optimized path: stays with the old one where that is as good, else moves. */
  private static <P> @Nullable MpathDevice<P> keepOrTake(
      PathTable<P> table,
      int node,
      long avoid,
      MpathDevice<P> old,
      @Nullable MpathDevice<P> lastNonOptimized) {
    if (table.isUsable(old, avoid)) {
      MpathAccessState state = old.accessState();
      if (state == MpathAccessState.OPTIMIZED
          || (state == MpathAccessState.NONOPTIMIZED && lastNonOptimized == null)) {
        return old;
      }
    }
    if (lastNonOptimized != null) {
      table.cache(node, lastNonOptimized);
    }
    return lastNonOptimized;
  }

  @SuppressWarnings("ReferenceEquality") // paths have identity
  private static <P> int indexOf(MpathDevice<P>[] paths, MpathDevice<P> path) {
    for (int i = 0; i < paths.length; i++) {
      if (paths[i] == path) {
        return i;
      }
    }
    return -1;
  }
}
