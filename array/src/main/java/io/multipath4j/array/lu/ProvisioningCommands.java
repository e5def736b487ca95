package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.UnmapList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** UNMAP, WRITE SAME and GET LBA STATUS (SBC-4 5.35, 5.50, 5.8). */
final class ProvisioningCommands {

  private static final int DESCRIPTOR_BYTES = 16;
  private static final int MAX_STATUS_DESCRIPTORS = 255;

  private ProvisioningCommands() {}

  static void prepareUnmap(LogicalUnit unit, ScsiTask task) {
    if (unit.writable(task)) {
      task.wantDataOut(Cdb.allocationLength(task.cdb));
    }
  }

  static void unmap(LogicalUnit unit, ScsiTask task) throws IOException {
    if (task.dataLength() == 0) {
      if (task.dataOutLength() > 0) {
        task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
      } else {
        task.end(ScsiStatus.GOOD);
      }
      return;
    }
    List<UnmapRange> ranges = new ArrayList<>();
    try {
      UnmapList.decode(
          task.bytes(),
          0,
          task.dataLength(),
          (lba, blocks) -> ranges.add(new UnmapRange(lba, blocks)));
    } catch (MalformedDataException e) {
      task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    if (ranges.size() > LogicalUnit.MAX_UNMAP_DESCRIPTORS) {
      task.fail(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
      return;
    }
    // All of the list is checked before any of it is done.
    long total = 0;
    for (UnmapRange range : ranges) {
      if (!unit.inRange(task, range.lba, range.blocks)) {
        return;
      }
      total += range.blocks;
    }
    if (total > LogicalUnit.MAX_UNMAP_BYTES / unit.blockSize()) {
      task.fail(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
      return;
    }
    for (UnmapRange range : ranges) {
      unit.store().discard(range.lba * unit.blockSize(), range.blocks * unit.blockSize());
    }
    task.endDataOut(task.dataOutLength());
  }

  private record UnmapRange(long lba, long blocks) {}

  static void prepareWriteSame(LogicalUnit unit, ScsiTask task) {
    long blocks = Cdb.blocks(task.cdb);
    long most = LogicalUnit.MAX_WRITE_SAME_BYTES / unit.blockSize();
    if (blocks == 0 || blocks > most) {
      // SBC-4 5.50: WSNZ is one, and MAXIMUM WRITE SAME LENGTH is given.
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else if (unit.inRange(task, Cdb.lba(task.cdb), blocks)
        && unit.writable(task)
        && !noDataOut(task.cdb)) {
      task.wantExactDataOut(unit.blockSize());
    }
  }

  static void writeSame(LogicalUnit unit, ScsiTask task) throws IOException {
    int blockSize = unit.blockSize();
    long lba = Cdb.lba(task.cdb);
    long blocks = Cdb.blocks(task.cdb);
    if (!unit.zonesAdmitWrite(task, lba, blocks)) {
      return;
    }
    long position = lba * blockSize;
    long length = blocks * blockSize;
    boolean zeroes = noDataOut(task.cdb) || isZero(task.bytes(), blockSize);
    boolean unmap = Cdb.writeSameUnmap(task.cdb);
    if (zeroes && unmap && unit.store().zeroesDiscarded()) {
      unit.store().discard(position, length);
    } else {
      fill(unit, task, position, length);
    }
    if (!task.ended()) {
      unit.wrote(lba, blocks);
      task.endDataOut(noDataOut(task.cdb) ? 0 : blockSize);
    }
  }

  /** Writes the block of the task, or zeroes, over a range, in pieces that repeat it. */
  private static void fill(LogicalUnit unit, ScsiTask task, long position, long length)
      throws IOException {
    int blockSize = unit.blockSize();
    int pieceBytes = (int) Math.min(length, 1 << 20);
    ByteBuffer bytes = task.acquireScratch(pieceBytes);
    if (bytes == null) {
      return;
    }
    try {
      for (int at = 0; at < pieceBytes; at += blockSize) {
        if (noDataOut(task.cdb)) {
          ScsiTask.zero(bytes, at, blockSize);
        } else {
          bytes.put(at, task.bytes(), 0, blockSize);
        }
      }
      for (long done = 0; done < length; done += pieceBytes) {
        int part = (int) Math.min(pieceBytes, length - done);
        unit.store().write(position + done, bytes, 0, part);
      }
    } finally {
      task.releaseScratch(bytes);
    }
  }

  private static boolean noDataOut(byte[] cdb) {
    return Cdb.opcode(cdb) == Opcode.WRITE_SAME_16 && Cdb.noDataOut(cdb);
  }

  private static boolean isZero(ByteBuffer bytes, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      if (bytes.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  static void getLbaStatus(LogicalUnit unit, ScsiTask task) {
    long lba = Cdb.lba(task.cdb);
    if (lba < 0 || lba >= unit.blockCount()) {
      task.fail(Condition.LBA_OUT_OF_RANGE);
      return;
    }
    long allocation = Cdb.allocationLength(task.cdb);
    int most = (int) Math.min(MAX_STATUS_DESCRIPTORS, Math.max(1, (allocation - 8) / 16));
    ByteBuffer reply = ByteBuffer.allocate(8 + DESCRIPTOR_BYTES * most);
    int count = 0;
    while (count < most && lba < unit.blockCount()) {
      int at = 8 + DESCRIPTOR_BYTES * count++;
      boolean allocated = unit.store().isAllocated(lba * unit.blockSize());
      long limit = Math.min(unit.blockCount() - lba, 0xFFFF_FFFFL) * unit.blockSize();
      long run = unit.store().runLength(lba * unit.blockSize(), limit) / unit.blockSize();
      reply.putLong(at, lba).putInt(at + 8, (int) run).put(at + 12, (byte) (allocated ? 0 : 1));
      lba += run;
    }
    reply.putInt(0, 4 + DESCRIPTOR_BYTES * count);
    task.reply(Arrays.copyOf(reply.array(), 8 + DESCRIPTOR_BYTES * count));
  }
}
