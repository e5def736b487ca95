package io.multipath4j.fuse;

import static io.multipath4j.fuse.FuseRequest.BODY_AT;
import static io.multipath4j.fuse.FuseRequest.DATA_AT;

import io.multipath4j.block.Bio;
import java.nio.ByteBuffer;

/** The requests about what a file holds. */
final class FileOperations {
  private static final int FOPEN_DIRECT_IO = 1;
  private static final int FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6;

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;

  private final OpenFiles open;

  FileOperations(OpenFiles open) {
    this.open = open;
  }

  /**
   * Nothing is kept in the page cache. An attribute is computed anew and shorter than the size it
   * shows; and a disk may be written by others too, over NBD or by another host, so that only the
   * disk knows what it holds.
   */
  void open(FuseRequest request, Node node) {
    OpenFile file = node.open(request.int32(0));
    int flags = FOPEN_DIRECT_IO;
    if (file instanceof OpenFile.Disk) {
      flags |= FOPEN_PARALLEL_DIRECT_WRITES;
    }
    replyOpen(request, open.add(file), flags);
  }

  /** Answers with a {@code struct fuse_open_out}. */
  static void replyOpen(FuseRequest request, long number, int flags) {
    request.buffer().putLong(BODY_AT, number);
    request.buffer().putInt(BODY_AT + 8, flags);
    request.buffer().putInt(BODY_AT + 12, 0);
    request.replyBody(16);
  }

  /** {@code struct fuse_read_in}: number 0, offset 8, size 16. */
  void read(FuseRequest request) {
    long offset = request.int64(8);
    int size = request.int32(16);
    if (offset < 0 || size < 0 || size > FuseRequest.MAX_DATA_BYTES) {
      throw new FuseError(Errno.EINVAL);
    }
    switch (open.get(request.int64(0))) {
      case OpenFile.Disk disk -> request.transfer().read(disk.file(), offset, size);
      case OpenFile.Content content -> {
        byte[] bytes = content.contentFor(offset);
        int count = (int) Math.max(0, Math.min(size, bytes.length - offset));
        if (count > 0) {
          request.buffer().put(DATA_AT, bytes, (int) offset, count);
        }
        request.replyData(DATA_AT, count);
      }
      case OpenFile.Directory directory -> throw new FuseError(Errno.EISDIR);
    }
  }

  /** {@code struct fuse_write_in}: number 0, offset 8, size 16, flags of open 32; then data. */
  void write(FuseRequest request) {
    long offset = request.int64(8);
    int size = request.int32(16);
    if (offset < 0 || size < 0 || size != request.argumentBytes() - FuseRequest.WRITE_IN_BYTES) {
      throw new FuseError(Errno.EINVAL);
    }
    switch (open.get(request.int64(0))) {
      case OpenFile.Disk disk -> {
        boolean durable = (request.int32(32) & OpenFlags.DSYNC) != 0;
        disk.markDirty();
        request.transfer().write(disk.file(), offset, size, durable);
      }
      case OpenFile.Content content -> {
        content.write(request.text(FuseRequest.WRITE_IN_BYTES));
        ByteBuffer out = request.buffer();
        out.putInt(BODY_AT, size);
        out.putInt(BODY_AT + 4, 0);
        request.replyBody(8);
      }
      case OpenFile.Directory directory -> throw new FuseError(Errno.EISDIR);
    }
  }

  /** FLUSH is what the kernel sends when a descriptor is closed. */
  void close(FuseRequest request) {
    if (open.get(request.int64(0)) instanceof OpenFile.Disk disk
        && !disk.file().isRemoved()
        && disk.takeDirty()) {
      request.transfer().flush(disk.file());
    } else {
      request.replyErrno(Errno.OK);
    }
  }

  void sync(FuseRequest request) {
    if (open.get(request.int64(0)) instanceof OpenFile.Disk disk) {
      disk.takeDirty();
      request.transfer().flush(disk.file());
    } else {
      request.replyErrno(Errno.OK);
    }
  }

  /** {@code struct fuse_fallocate_in}: number 0, offset 8, length 16, mode 24. */
  void allocate(FuseRequest request) {
    long offset = request.int64(8);
    long length = request.int64(16);
    int mode = request.int32(24);
    if (!(open.get(request.int64(0)) instanceof OpenFile.Disk disk)) {
      throw new FuseError(Errno.EOPNOTSUPP);
    }
    switch (mode & ~KEEP_SIZE) {
      case PUNCH_HOLE, ZERO_RANGE -> {
        boolean punch = (mode & PUNCH_HOLE) != 0;
        disk.markDirty();
        // A hole is to be free again where the disk can do that; zeroes are to have their space.
        request
            .transfer()
            .zero(disk.file(), offset, length, (mode & KEEP_SIZE) == 0, punch ? 0 : Bio.NO_UNMAP);
      }
      default -> throw new FuseError(Errno.EOPNOTSUPP);
    }
  }
}
