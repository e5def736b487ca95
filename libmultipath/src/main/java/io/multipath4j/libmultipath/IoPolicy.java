package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the path of an I/O. A policy has no state of its own, so one object serves all heads;
 * what it has to remember per head is the {@link PathTable}'s cache. Selection takes no lock and
 * allocates nothing. Any thread. {@link IoPolicies} has the usual ones.
 */
public interface IoPolicy {

  /** Returns the policy's word in configuration and attributes. */
  String word();

  /** Tells whether the paths' {@link ActiveCounter}s are to be maintained. */
  default boolean countsActive() {
    return false;
  }

  /** Tells whether the distance between the submitter's node and a path's node matters. */
  default boolean usesDistance() {
    return false;
  }

  /**
   * Chooses a path.
   *
   * @param node the NUMA node of the submitter
   * @param avoid paths that must not be chosen, for {@link PathTable#isUsable}
   * @return null when no path is usable
   */
  <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid);
}
