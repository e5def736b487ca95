package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Commands that read, write and compare blocks (SBC-4 5). */
final class MediumCommands {

  private static final int BYTCHK_SHIFT = 1;

  private MediumCommands() {}

  static void read(LogicalUnit unit, ScsiTask task) throws IOException {
    long lba = Cdb.lba(task.cdb);
    long blocks = Cdb.blocks(task.cdb);
    if (!unit.inRange(task, lba, blocks) || tooLong(unit, task, blocks)) {
      return;
    }
    if (!unit.zonesAdmitRead(task, lba, blocks)) {
      return;
    }
    long length = blocks * unit.blockSize();
    int sent = task.beginDataIn(length);
    if (sent >= 0) {
      unit.store().read(lba * unit.blockSize(), task.bytes(), 0, sent);
      task.endDataIn(sent, length);
    }
  }

  static void prepareWrite(LogicalUnit unit, ScsiTask task) {
    long blocks = Cdb.blocks(task.cdb);
    if (unit.inRange(task, Cdb.lba(task.cdb), blocks)
        && !tooLong(unit, task, blocks)
        && unit.writable(task)) {
      task.wantDataOut(blocks * unit.blockSize());
    }
  }

  /** Also WRITE AND VERIFY: what was stored is what came, so there is nothing to verify. */
  static void write(LogicalUnit unit, ScsiTask task) throws IOException {
    int blockSize = unit.blockSize();
    long lba = Cdb.lba(task.cdb);
    // An initiator that transfers less than the CDB says gets the whole blocks that it sent.
    int length = task.dataLength() / blockSize * blockSize;
    // Only now: what was queued before it may have moved the write pointer.
    if (!unit.zonesAdmitWrite(task, lba, Cdb.blocks(task.cdb))) {
      return;
    }
    if (length > 0) {
      unit.store().write(lba * blockSize, task.bytes(), 0, length);
      unit.wrote(lba, length / blockSize);
    }
    if (Cdb.fua(task.cdb) && isPlainWrite(task.cdb)) {
      unit.store().flush();
    }
    task.endDataOut(Cdb.blocks(task.cdb) * blockSize);
  }

  /** WRITE(6) has no FUA, WRITE AND VERIFY has no such bit. */
  private static boolean isPlainWrite(byte[] cdb) {
    int opcode = Cdb.opcode(cdb);
    return opcode == Opcode.WRITE_10 || opcode == Opcode.WRITE_12 || opcode == Opcode.WRITE_16;
  }

  static void prefetch(LogicalUnit unit, ScsiTask task) {
    if (unit.inRange(task, Cdb.lba(task.cdb), Cdb.blocks(task.cdb))) {
      task.end(ScsiStatus.GOOD);
    }
  }

  static void synchronizeCache(LogicalUnit unit, ScsiTask task) throws IOException {
    if (unit.inRange(task, Cdb.lba(task.cdb), Cdb.blocks(task.cdb))) {
      unit.store().flush();
      task.end(ScsiStatus.GOOD);
    }
  }

  static void prepareVerify(LogicalUnit unit, ScsiTask task) {
    long blocks = Cdb.blocks(task.cdb);
    if (!unit.inRange(task, Cdb.lba(task.cdb), blocks)) {
      return;
    }
    switch (byteCheck(task.cdb)) {
      case 0 -> {}
      case 1 -> {
        if (!tooLong(unit, task, blocks)) {
          task.wantDataOut(blocks * unit.blockSize());
        }
      }
      case 3 -> task.wantDataOut(blocks == 0 ? 0 : unit.blockSize());
      default -> task.fail(Condition.INVALID_FIELD_IN_CDB);
    }
  }

  static void verify(LogicalUnit unit, ScsiTask task) throws IOException {
    long wanted = task.dataOutLength();
    int blockSize = unit.blockSize();
    if (wanted > 0) {
      boolean oneBlockForAll = byteCheck(task.cdb) == 3;
      long blocks = oneBlockForAll ? Cdb.blocks(task.cdb) : task.dataLength() / blockSize;
      if (task.dataLength() < blockSize) {
        blocks = 0;
      }
      long position = Cdb.lba(task.cdb) * blockSize;
      for (long i = 0; i < blocks; i++) {
        int at = oneBlockForAll ? 0 : (int) (i * blockSize);
        int difference = mismatch(unit, task, position + i * blockSize, at);
        if (task.ended()) {
          return;
        }
        if (difference >= 0) {
          task.fail(Condition.MISCOMPARE, (int) (i * blockSize) + difference);
          return;
        }
      }
    }
    task.endDataOut(wanted);
  }

  static void prepareWriteAndVerify(LogicalUnit unit, ScsiTask task) {
    if (byteCheck(task.cdb) > 1) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else {
      prepareWrite(unit, task);
    }
  }

  static void prepareCompareAndWrite(LogicalUnit unit, ScsiTask task) {
    int blocks = (int) Cdb.blocks(task.cdb);
    if (unit.inRange(task, Cdb.lba(task.cdb), blocks) && unit.writable(task)) {
      task.wantExactDataOut(2L * blocks * unit.blockSize());
    }
  }

  static void compareAndWrite(LogicalUnit unit, ScsiTask task) throws IOException {
    int blockSize = unit.blockSize();
    int blocks = (int) Cdb.blocks(task.cdb);
    long position = Cdb.lba(task.cdb) * blockSize;
    for (int i = 0; i < blocks; i++) {
      int difference = mismatch(unit, task, position + (long) i * blockSize, i * blockSize);
      if (task.ended()) {
        return;
      }
      if (difference >= 0) {
        task.fail(Condition.MISCOMPARE, i * blockSize + difference);
        return;
      }
    }
    int length = blocks * blockSize;
    if (length > 0) {
      unit.store().write(position, task.bytes(), length, length);
    }
    if (Cdb.fua(task.cdb)) {
      unit.store().flush();
    }
    task.endDataOut(2L * length);
  }

  /** Returns where a block of Data-Out differs from the one that is stored, -1 when it does not. */
  private static int mismatch(LogicalUnit unit, ScsiTask task, long position, int at)
      throws IOException {
    ByteBuffer mine = task.acquireScratch(unit.blockSize());
    if (mine == null) {
      return -1;
    }
    try {
      unit.store().read(position, mine, 0, unit.blockSize());
      ByteBuffer theirs = task.bytes();
      mine.limit(unit.blockSize());
      theirs.limit(at + unit.blockSize()).position(at);
      int difference = mine.mismatch(theirs);
      mine.clear();
      theirs.clear();
      return difference;
    } finally {
      task.releaseScratch(mine);
    }
  }

  private static int byteCheck(byte[] cdb) {
    return cdb[1] >> BYTCHK_SHIFT & 3;
  }

  private static boolean tooLong(LogicalUnit unit, ScsiTask task, long blocks) {
    if (blocks > unit.maxTransferBlocks()) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
      return true;
    }
    return false;
  }
}
