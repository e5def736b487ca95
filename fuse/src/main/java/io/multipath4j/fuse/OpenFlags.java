package io.multipath4j.fuse;

/** The flags of open(2) that matter here, by the numbers of x86 and aarch64 Linux. */
final class OpenFlags {
  /** {@code O_DSYNC}; {@code O_SYNC} has this bit too. */
  static final int DSYNC = 0x1000;

  private static final int ACCESS_MODE = 3;
  private static final int WRITE_ONLY = 1;

  private OpenFlags() {}

  static boolean reads(int flags) {
    return (flags & ACCESS_MODE) != WRITE_ONLY;
  }

  static boolean writes(int flags) {
    return (flags & ACCESS_MODE) != 0;
  }
}
