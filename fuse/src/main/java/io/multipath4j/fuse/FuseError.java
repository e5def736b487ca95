package io.multipath4j.fuse;

/** A request that is answered with an errno. Without a stack: it is an answer, not a mishap. */
final class FuseError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  FuseError(int errno) {
    super("errno " + errno, null, false, false);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}
