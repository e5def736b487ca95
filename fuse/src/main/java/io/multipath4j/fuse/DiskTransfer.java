package io.multipath4j.fuse;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The I/O of one request: cuts the range to the disk, reads the blocks that a write does not fill,
 * writes, makes durable, answers. Belongs to its request and is used again with it.
 *
 * <p>Set up by the thread that read the request; from {@link #run} on loop thread only.
 */
final class DiskTransfer implements Runnable, BioCompletion {

  private enum Kind {
    READ,
    WRITE,
    ZERO,
    FLUSH
  }

  /** What is under way. A write goes down this list, leaving out what it does not need. */
  private enum Step {
    START,
    READ_FIRST,
    ZERO_FIRST,
    READ_LAST,
    ZERO_LAST,
    MAIN,
    MAKE_DURABLE
  }

  private final FuseRequest request;
  private final Bio bio = new Bio();

  private @Nullable DiskFile disk;
  private Kind kind = Kind.FLUSH;
  private Step step = Step.START;
  private long offset;
  private long length;
  private boolean durable;
  private boolean growing;
  private int zeroFlags;

  // As of the start: the range with the blocks around it.
  private int blockBytes;
  private long blocksStart;
  private long blocksEnd;
  private boolean waiting;

  DiskTransfer(FuseRequest request) {
    this.request = request;
  }

  // ---- set up

  void read(DiskFile file, long offset, int length) {
    start(file, Kind.READ, offset, length, false);
  }

  /** Writes the data that are in the request. */
  void write(DiskFile file, long offset, int length, boolean durable) {
    start(file, Kind.WRITE, offset, length, durable);
  }

  /**
   * Zeroes a range.
   *
   * @param growing whether the caller meant to grow a file that is shorter than the range
   * @param flags of the bio
   */
  void zero(DiskFile file, long offset, long length, boolean growing, int flags) {
    this.growing = growing;
    this.zeroFlags = flags;
    start(file, Kind.ZERO, offset, length, false);
  }

  void flush(DiskFile file) {
    start(file, Kind.FLUSH, 0, 0, false);
  }

  private void start(DiskFile file, Kind kind, long offset, long length, boolean durable) {
    this.disk = file;
    this.kind = kind;
    this.offset = offset;
    this.length = length;
    this.durable = durable;
    this.step = Step.START;
    file.execute(this);
  }

  // ---- on the loop

  @Override
  public void run() {
    DiskFile file = file();
    BlockLimits limits = file.device().limits();
    int refusal = check(file, limits, file.device().capacityBytes());
    if (refusal != Errno.OK) {
      request.replyErrno(refusal);
    } else if (kind == Kind.FLUSH) {
      step = Step.MAIN;
      submit(bio.asFlush(this));
    } else if (length == 0) {
      answer();
    } else {
      blockBytes = limits.logicalBlockBytes();
      blocksStart = offset - offset % blockBytes;
      blocksEnd = (offset + length + blockBytes - 1) / blockBytes * blockBytes;
      if (kind == Kind.READ) {
        step = Step.MAIN;
        int bytes = (int) (blocksEnd - blocksStart);
        submit(bio.asRead(blocksStart, bytes, request.buffer(), FuseRequest.DATA_AT, this));
      } else if (file.writes().enter(this)) {
        proceed();
      }
    }
  }

  /** Cuts the range to the disk, as a block device does. */
  private int check(DiskFile file, BlockLimits limits, long capacityBytes) {
    if (file.isRemoved()) {
      return Errno.ENXIO;
    }
    if (kind == Kind.FLUSH) {
      return Errno.OK;
    }
    if (kind != Kind.READ && limits.readOnly()) {
      return Errno.EROFS;
    }
    if (offset < 0 || length < 0) {
      return Errno.EINVAL;
    }
    long there = Math.max(0, capacityBytes - offset);
    if (kind == Kind.WRITE && there == 0 && length > 0) {
      return Errno.ENOSPC;
    }
    if (kind == Kind.ZERO && growing && length > there) {
      return Errno.EINVAL;
    }
    if (kind == Kind.ZERO && limits.maxWriteZeroesBytes() == 0) {
      return Errno.EOPNOTSUPP;
    }
    length = Math.min(length, there);
    return Errno.OK;
  }

  /** Its turn among the writes has come. */
  void proceed() {
    if (file().isRemoved()) {
      end(Errno.ENXIO);
    } else {
      next();
    }
  }

  @Override
  public void completed(Bio ended) {
    // Position and limit were scratch space of the disk.
    request.buffer().clear();
    if (ended.status() != BlockStatus.OK) {
      end(ended.status().errno());
    } else if (kind == Kind.READ) {
      request.replyData(FuseRequest.DATA_AT + (int) (offset - blocksStart), (int) length);
    } else if (kind == Kind.FLUSH) {
      request.replyErrno(Errno.OK);
    } else {
      if (step == Step.READ_FIRST) {
        keepAround(FuseRequest.EDGES_AT, blocksStart);
      } else if (step == Step.READ_LAST) {
        keepAround(FuseRequest.EDGES_AT + FuseRequest.MAX_BLOCK_BYTES, blocksEnd - blockBytes);
      }
      next();
    }
  }

  /** Starts the next step of a write that it needs, or ends it. */
  private void next() {
    switch (step) {
      case START -> {
        if (offset > blocksStart || endsInFirstBlock()) {
          edge(Step.READ_FIRST, blocksStart);
        } else {
          last();
        }
      }
      case READ_FIRST -> {
        if (kind == Kind.ZERO) {
          edge(Step.ZERO_FIRST, blocksStart);
        } else {
          last();
        }
      }
      case ZERO_FIRST -> last();
      case READ_LAST -> {
        if (kind == Kind.ZERO) {
          edge(Step.ZERO_LAST, blocksEnd - blockBytes);
        } else {
          main();
        }
      }
      case ZERO_LAST -> main();
      case MAIN -> {
        if (durable && file().device().limits().volatileCache()) {
          step = Step.MAKE_DURABLE;
          submit(bio.asFlush(this));
        } else {
          end(Errno.OK);
        }
      }
      case MAKE_DURABLE -> end(Errno.OK);
    }
  }

  private void last() {
    boolean another = blocksEnd - blocksStart > blockBytes;
    if (another && offset + length < blocksEnd) {
      edge(Step.READ_LAST, blocksEnd - blockBytes);
    } else {
      main();
    }
  }

  private boolean endsInFirstBlock() {
    return offset + length < blocksStart + blockBytes;
  }

  /** Reads or writes a block that the range does not fill. */
  private void edge(Step now, long blockStart) {
    step = now;
    boolean first = now == Step.READ_FIRST || now == Step.ZERO_FIRST;
    int at = FuseRequest.EDGES_AT + (first ? 0 : FuseRequest.MAX_BLOCK_BYTES);
    submit(
        now == Step.READ_FIRST || now == Step.READ_LAST
            ? bio.asRead(blockStart, blockBytes, request.buffer(), at, this)
            : bio.asWrite(blockStart, blockBytes, request.buffer(), at, 0, this));
  }

  /** Brings what was read of a block together with what is written to it. */
  private void keepAround(int edgeAt, long blockStart) {
    ByteBuffer buffer = request.buffer();
    long end = offset + length;
    int before = (int) Math.max(0, Math.min(blockBytes, offset - blockStart));
    int after = (int) Math.max(0, blockStart + blockBytes - end);
    if (kind == Kind.ZERO) {
      for (int i = before; i < blockBytes - after; i++) {
        buffer.put(edgeAt + i, (byte) 0);
      }
    } else {
      buffer.put(FuseRequest.DATA_AT - before, buffer, edgeAt, before);
      int tailAt = FuseRequest.DATA_AT + (int) length;
      buffer.put(tailAt, buffer, edgeAt + blockBytes - after, after);
    }
  }

  private void main() {
    step = Step.MAIN;
    if (kind == Kind.WRITE) {
      int skip = (int) (offset - blocksStart);
      BlockLimits limits = file().device().limits();
      boolean fua = durable && limits.fua();
      durable &= !fua;
      int bytes = (int) (blocksEnd - blocksStart);
      int at = FuseRequest.DATA_AT - skip;
      submit(bio.asWrite(blocksStart, bytes, request.buffer(), at, fua ? Bio.FUA : 0, this));
      return;
    }
    long from = offset > blocksStart || endsInFirstBlock() ? blocksStart + blockBytes : blocksStart;
    long to = offset + length < blocksEnd ? blocksEnd - blockBytes : blocksEnd;
    if (from < to) {
      submit(bio.asWriteZeroes(from, to - from, zeroFlags, this));
    } else {
      next();
    }
  }

  private void submit(Bio ready) {
    file().device().submit(ready);
  }

  /** Ends an I/O that went as far as the disk. */
  private void end(int errno) {
    // With the answer this object belongs to somebody else, so it leaves the others before.
    if (kind != Kind.READ && kind != Kind.FLUSH) {
      file().writes().leave(this);
    }
    if (errno == Errno.OK) {
      answer();
    } else {
      request.replyErrno(errno);
    }
  }

  private void answer() {
    if (kind == Kind.WRITE) {
      // struct fuse_write_out
      request.buffer().putInt(FuseRequest.BODY_AT, (int) length);
      request.buffer().putInt(FuseRequest.BODY_AT + 4, 0);
      request.replyBody(8);
    } else if (kind == Kind.READ) {
      request.replyData(FuseRequest.DATA_AT, 0);
    } else {
      request.replyErrno(Errno.OK);
    }
  }

  private DiskFile file() {
    DiskFile file = disk;
    if (file == null) {
      throw new IllegalStateException("an I/O without a disk");
    }
    return file;
  }

  // ---- for the order of writes

  /** Returns whether it leaves a part of its first or last block as it is. */
  boolean isPartial() {
    return offset != blocksStart || offset + length != blocksEnd;
  }

  boolean overlaps(DiskTransfer other) {
    return blocksStart < other.blocksEnd && other.blocksStart < blocksEnd;
  }

  boolean isWaiting() {
    return waiting;
  }

  void setWaiting(boolean waiting) {
    this.waiting = waiting;
  }
}
