package io.multipath4j.libmultipath;

/** How well a path reaches the logical device, as its driver found out (ALUA, ANA). */
public enum MpathAccessState {
  /** The best way; used as long as there is one. */
  OPTIMIZED,
  /** Works, at a cost; used when no optimized path is left. */
  NONOPTIMIZED,
  /** Not for I/O. */
  OTHER
}
