package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bursts of random I/O on a device, and the check of each completion: once, well, and with a legal
 * value. Buffers are spoilt when a write has completed and watched after a read has, so that a
 * device that uses them for longer is seen.
 */
final class RandomLoad {

  static final int MAX_IO_BYTES = 256 * 1024;

  /** Buffers are shared by all runs of the process, which follow each other. */
  private static final List<ByteBuffer> BUFFERS = new ArrayList<>();

  private static final long SPOILT = 0xDEAD_DEAD_DEAD_DEADL;

  private final EventLoop loop;
  private final BlockDevice device;
  private final BlockHistory history;
  private final Trace trace;
  private final SplittableRandom random;
  private final List<Slot> slots = new ArrayList<>();
  private final int blockBytes;
  private final long blocks;
  private int quota;
  private int inFlight;
  private long ops;
  private long longestNanos;

  RandomLoad(EventLoop loop, BlockDevice device, int depth, Trace trace, SplittableRandom random) {
    this.loop = loop;
    this.device = device;
    this.trace = trace;
    this.random = random;
    this.blockBytes = device.limits().logicalBlockBytes();
    this.blocks = device.capacityBytes() / blockBytes;
    this.history = new BlockHistory(Math.toIntExact(blocks), blockBytes);
    for (int i = 0; i < depth; i++) {
      if (BUFFERS.size() == i) {
        BUFFERS.add(ByteBuffer.allocateDirect(MAX_IO_BYTES));
      }
      slots.add(new Slot(BUFFERS.get(i).clear()));
    }
  }

  /** Submits so many more operations, as many at a time as there are slots. Loop thread. */
  void burst(int operations) {
    quota += operations;
    for (int i = 0; i < slots.size() && quota > 0; i++) {
      if (slots.get(i).op == null) {
        slots.get(i).submitRandom();
      }
    }
  }

  /** Reads all of the device, one piece after the other. Loop thread. */
  void readAll() {
    slots.getFirst().readFrom(0);
  }

  boolean isIdle() {
    return inFlight == 0 && quota == 0;
  }

  int inFlight() {
    return inFlight;
  }

  long ops() {
    return ops;
  }

  /** Returns the longest time that an operation took, and starts anew. */
  long takeLongestNanos() {
    long longest = longestNanos;
    longestNanos = 0;
    return longest;
  }

  /** Names what is still owed a completion. */
  void reportLost() {
    for (Slot slot : slots) {
      if (slot.op != null) {
        trace.violation("lost: " + slot.name + " " + slot.bio);
      }
    }
  }

  private final class Slot implements BioCompletion {

    private final ByteBuffer data;
    private final Bio bio = new Bio();
    private BlockHistory.@Nullable Op op;
    private String name = "";
    private long startNanos;
    private long contentCrc;
    private int contentBytes;
    private boolean sweeping;

    private Slot(ByteBuffer data) {
      this.data = data;
    }

    private void submitRandom() {
      quota--;
      BioOp kind = kind();
      if (kind == BioOp.FLUSH) {
        start(history.beginRead(0, 0), bio.asFlush(this));
        return;
      }
      int count = count();
      int first = first(count);
      long offset = (long) first * blockBytes;
      int length = count * blockBytes;
      int fua = random.nextInt(8) == 0 ? Bio.FUA : 0;
      checkUntouched();
      switch (kind) {
        case READ -> {
          var read = history.beginRead(first, count);
          start(read, bio.asRead(offset, length, data, 0, this));
        }
        case WRITE -> {
          var write = history.beginWrite(data, first, count);
          start(write, bio.asWrite(offset, length, data, 0, fua, this));
        }
        case DISCARD ->
            start(history.beginDiscard(first, count), bio.asDiscard(offset, length, this));
        default -> {
          int flags = fua | (random.nextBoolean() ? Bio.NO_UNMAP : 0);
          start(history.beginZero(first, count), bio.asWriteZeroes(offset, length, flags, this));
        }
      }
    }

    private void readFrom(long firstBlock) {
      int count = (int) Math.min(blocks - firstBlock, MAX_IO_BYTES / blockBytes);
      checkUntouched();
      sweeping = true;
      start(
          history.beginRead((int) firstBlock, count),
          bio.asRead(firstBlock * blockBytes, count * blockBytes, data, 0, this));
    }

    private void start(BlockHistory.Op begun, Bio ready) {
      op = begun;
      contentBytes = 0;
      ops++;
      inFlight++;
      name = "#" + ops;
      startNanos = loop.clock().nanoTime();
      trace.add(name + (begun.id() > 0 ? " write " + begun.id() : "") + " " + ready);
      device.submit(ready);
    }

    @Override
    public void completed(Bio ended) {
      BlockHistory.Op ending = op;
      if (ending == null) {
        trace.violation("completed twice: " + name + " " + ended);
        return;
      }
      op = null;
      inFlight--;
      longestNanos = Math.max(longestNanos, loop.clock().nanoTime() - startNanos);
      trace.add(name + " " + ended.status());
      check(ended, ending);
      if (sweeping) {
        sweeping = false;
        if (ending.firstBlock() + ending.blocks() < blocks) {
          readFrom(ending.firstBlock() + ending.blocks());
        }
      } else if (quota > 0) {
        submitRandom();
      }
    }

    private void check(Bio ended, BlockHistory.Op ending) {
      boolean read = ended.op() == BioOp.READ;
      if (ended.status() != BlockStatus.OK) {
        trace.violation(name + " " + ended + " ended with " + ended.status());
        if (read) {
          history.abandonRead(ending);
        }
      } else if (read) {
        String wrong = history.endRead(ending, data);
        trace.check(wrong.isEmpty(), name + " " + wrong);
        contentBytes = (int) ended.length();
        contentCrc = crc();
      } else if (ended.op() == BioOp.FLUSH) {
        history.abandonRead(ending);
      } else {
        history.endWrite(ending);
        data.putLong(0, SPOILT);
        contentBytes = Long.BYTES;
        contentCrc = crc();
      }
    }

    /** Nobody may write into a buffer whose bio has completed. */
    private void checkUntouched() {
      trace.check(
          contentBytes == 0 || crc() == contentCrc, name + ": buffer changed after completion");
    }

    private long crc() {
      CRC32C crc = new CRC32C();
      crc.update(data.clear().limit(contentBytes));
      data.clear();
      return crc.getValue();
    }

    private BioOp kind() {
      int dice = random.nextInt(100);
      if (dice < 45) {
        return BioOp.WRITE;
      }
      if (dice < 88) {
        return BioOp.READ;
      }
      return dice < 92 ? BioOp.FLUSH : dice < 96 ? BioOp.DISCARD : BioOp.WRITE_ZEROES;
    }

    /** As many small ones as large ones. */
    private int count() {
      int most = MAX_IO_BYTES / blockBytes;
      int bits = random.nextInt(Integer.SIZE - Integer.numberOfLeadingZeros(most));
      return Math.min(most, random.nextInt(1 << bits, 2 << bits));
    }

    /** Half of all I/O meets on a few blocks. */
    private int first(int count) {
      long hot = Math.min(blocks, 64);
      long range = random.nextBoolean() && count < hot ? hot : blocks;
      return (int) random.nextLong(range - count + 1);
    }
  }
}
