package io.multipath4j.fuse;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A mount's descriptor of {@code /dev/fuse}. */
final class KernelDevice implements FuseDevice {
  private final int fd;

  /** A disk may answer after the mount is gone: then the number may be another file's. */
  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

  private boolean closed;

  KernelDevice(int fd) {
    this.fd = fd;
  }

  @Override
  public int read(FuseRequest request) {
    return Native.read(
        fd, request.readTarget(), FuseRequest.MAX_REQUEST_BYTES, request.callState());
  }

  @Override
  public int write(FuseRequest request, int from, int byteCount) {
    life.readLock().lock();
    try {
      if (closed) {
        return -Errno.ENODEV;
      }
      int result =
          Native.write(fd, request.segment().asSlice(from), byteCount, request.callState());
      return Math.min(result, 0);
    } finally {
      life.readLock().unlock();
    }
  }

  /** Gives the descriptor back. Nobody reads any more. */
  void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Native.close(fd);
      }
    } finally {
      life.writeLock().unlock();
    }
  }
}
