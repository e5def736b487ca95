package io.multipath4j.libmultipath;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks a head's policy for a path. Any thread. */
final class PathChooser<P> {

  private final MpathHeadTemplate<P> template;
  private final PathTable<P> table;
  private volatile IoPolicy policy;

  PathChooser(MpathHeadTemplate<P> template, PathTable<P> table, IoPolicy policy) {
    this.template = template;
    this.table = table;
    this.policy = policy;
  }

  IoPolicy policy() {
    return policy;
  }

  void policy(IoPolicy newPolicy) {
    policy = Objects.requireNonNull(newPolicy);
  }

  /** Selects a path for I/O. */
  @Nullable MpathDevice<P> select(long avoid) {
    return policy.select(table, table.currentNode(), avoid);
  }

  /** Selects a path for what is no I/O: one that does not rest, else any. */
  @Nullable MpathDevice<P> selectAny() {
    long resting = table.setAside();
    MpathDevice<P> path = select(resting);
    return path == null && resting != 0 ? select(0) : path;
  }

  /** Tells whether a path may come back by itself, or only rests. */
  boolean anyMayReturn() {
    for (MpathDevice<P> path : table.paths()) {
      if (template.availablePath(path.driverPath())) {
        return true;
      }
    }
    return table.setAside() != 0 && select(0) != null;
  }
}
