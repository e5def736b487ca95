package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.scsi.multipath.OpenDisk;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One who has a disk open: random I/O, and the check of each completion. An error is allowed only
 * when there is a reason for it now. Loop thread only.
 */
final class DiskUser {

  private static final int SLOTS = 4;
  private static final int MAX_BLOCKS = 32;
  private static final long SPOILT = 0xDEAD_DEAD_DEAD_DEADL;

  /** Buffers are shared by all runs of the process, which follow each other. */
  private static final Queue<ByteBuffer> BUFFERS = new ArrayDeque<>();

  private final DriverStack stack;
  private final ScsiMpathHead head;
  private final SimulatedUnit unit;
  private final OpenDisk open;
  private final SplittableRandom random;
  private final List<Slot> slots = new ArrayList<>();
  private int quota;
  private int inFlight;
  private boolean closed;
  private boolean mayTimeOut;
  private long ios;
  private long errors;

  DiskUser(DriverStack stack, ScsiMpathHead head, OpenDisk open, SplittableRandom random) {
    this.stack = stack;
    this.head = head;
    this.unit = stack.unitOf(head);
    this.open = open;
    this.random = random;
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new Slot());
    }
  }

  ScsiMpathHead head() {
    return head;
  }

  long ios() {
    return ios;
  }

  long errors() {
    return errors;
  }

  /** Submits so many more operations, as many at a time as there are slots. */
  void burst(int operations) {
    quota += operations;
    for (Slot slot : slots) {
      if (quota > 0 && slot.op == null) {
        slot.submitRandom();
      }
    }
  }

  /** Its I/O does not wait for a path for ever. */
  void mayTimeOut() {
    mayTimeOut = true;
  }

  /** Reads all of the disk, one piece after the other. */
  void readAll() {
    slots.getFirst().readFrom(0);
  }

  boolean isIdle() {
    return inFlight == 0 && quota == 0;
  }

  /** Closes the disk when it is idle; tells whether it is closed now. */
  boolean close() {
    if (!closed && isIdle()) {
      closed = true;
      open.close();
      slots.forEach(slot -> BUFFERS.add(slot.data));
    }
    return closed;
  }

  /** Names what is still owed a completion. */
  void reportLost() {
    for (Slot slot : slots) {
      if (slot.op != null) {
        stack.trace.violation("lost: " + slot.name + " " + slot.bio);
      }
    }
  }

  /** Returns why an operation must not have ended so; empty when it may have. */
  private String objection(Bio ended, long submittedNanos) {
    MpathHead<ScsiMpathDevice> disk = head.mpath();
    boolean beyond = unit.wasShortSince(submittedNanos);
    return switch (ended.status()) {
      case OK -> "";
      // A command that was on its way when the size changed.
      case TARGET -> beyond ? "" : "the unit has all its blocks";
      case INVAL -> "it was in range";
      case TIMEOUT -> mayTimeOut ? "" : "it may wait for a path for ever";
      default -> {
        if (!disk.isLive()) {
          yield "";
        }
        if (disk.queueIfNoPath()) {
          yield "it should have waited for a path";
        }
        boolean none =
            disk.snapshot().paths().stream()
                .allMatch(path -> path.state() == PathState.UNAVAILABLE);
        yield none ? "" : "there is a path to use or to wait for";
      }
    };
  }

  private final class Slot implements BioCompletion {

    private final ByteBuffer data;
    private final Bio bio = new Bio();
    private BlockHistory.@Nullable Op op;
    private String name = "";
    private long submittedNanos;
    private long contentCrc;
    private int contentBytes;
    private boolean sweeping;

    Slot() {
      ByteBuffer idle = BUFFERS.poll();
      data =
          idle != null
              ? idle.clear()
              : ByteBuffer.allocateDirect(MAX_BLOCKS * SimulatedUnit.BLOCK_BYTES);
    }

    private void submitRandom() {
      quota--;
      int blocks = (int) (head.mpath().capacityBytes() / SimulatedUnit.BLOCK_BYTES);
      int count = 1 + random.nextInt(Math.min(blocks, 1 << random.nextInt(6)));
      int first = random.nextInt(blocks - count + 1);
      long offset = (long) first * SimulatedUnit.BLOCK_BYTES;
      int length = count * SimulatedUnit.BLOCK_BYTES;
      checkUntouched();
      int dice = random.nextInt(100);
      if (dice < 45) {
        var write = unit.history.beginWrite(data, first, count);
        start(write, bio.asWrite(offset, length, data, 0, 0, this));
      } else if (dice < 90) {
        start(unit.history.beginRead(first, count), bio.asRead(offset, length, data, 0, this));
      } else if (dice < 94) {
        start(unit.history.beginRead(0, 0), bio.asFlush(this));
      } else if (dice < 97) {
        start(unit.history.beginDiscard(first, count), bio.asDiscard(offset, length, this));
      } else {
        start(unit.history.beginZero(first, count), bio.asWriteZeroes(offset, length, 0, this));
      }
    }

    private void readFrom(int firstBlock) {
      int blocks = (int) (head.mpath().capacityBytes() / SimulatedUnit.BLOCK_BYTES);
      int count = Math.min(blocks - firstBlock, MAX_BLOCKS);
      checkUntouched();
      sweeping = true;
      start(
          unit.history.beginRead(firstBlock, count),
          bio.asRead(
              (long) firstBlock * SimulatedUnit.BLOCK_BYTES,
              count * SimulatedUnit.BLOCK_BYTES,
              data,
              0,
              this));
    }

    private void start(BlockHistory.Op begun, Bio ready) {
      op = begun;
      contentBytes = 0;
      ios++;
      inFlight++;
      submittedNanos = stack.network.clock().nanoTime();
      name = unit + " " + head.diskName() + " #" + ios;
      stack.trace.add(name + (begun.id() > 0 ? " write " + begun.id() : "") + " " + ready);
      open.disk().submit(ready);
    }

    @Override
    public void completed(Bio ended) {
      BlockHistory.Op ending = op;
      if (ending == null) {
        stack.trace.violation("completed twice: " + name + " " + ended);
        return;
      }
      op = null;
      inFlight--;
      stack.trace.add(name + " " + ended.status());
      String objection = objection(ended, submittedNanos);
      stack.trace.check(
          objection.isEmpty(), name + " ended with " + ended.status() + ", but " + objection);
      check(ended, ending);
      if (sweeping) {
        sweeping = false;
        stack.trace.check(ended.status() == BlockStatus.OK, name + " is to be read in the end");
        int next = ending.firstBlock() + ending.blocks();
        if (next < head.mpath().capacityBytes() / SimulatedUnit.BLOCK_BYTES) {
          readFrom(next);
        }
      } else if (quota > 0) {
        submitRandom();
      }
    }

    private void check(Bio ended, BlockHistory.Op ending) {
      boolean isWrite = ended.op().isWrite() && ended.op() != BioOp.FLUSH;
      if (ended.status() != BlockStatus.OK) {
        errors++;
        if (!isWrite) {
          unit.history.abandonRead(ending);
        }
      } else if (ended.op() == BioOp.READ) {
        String wrong = unit.history.endRead(ending, data);
        stack.trace.check(wrong.isEmpty(), name + " " + wrong);
        contentBytes = (int) ended.length();
        contentCrc = crc();
      } else if (!isWrite) {
        unit.history.abandonRead(ending);
      } else {
        unit.history.endWrite(ending);
        data.putLong(0, SPOILT);
        contentBytes = Long.BYTES;
        contentCrc = crc();
      }
    }

    /** Nobody may write into a buffer whose bio has completed. */
    private void checkUntouched() {
      stack.trace.check(
          contentBytes == 0 || crc() == contentCrc, name + ": buffer changed after completion");
      data.clear(); // whoever had it may have left position and limit anywhere
    }

    private long crc() {
      CRC32C crc = new CRC32C();
      crc.update(data.clear().limit(contentBytes));
      data.clear();
      return crc.getValue();
    }
  }
}
