package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.io.IOException;

/** Commands about the state of a unit: ready, sense, started, how large. */
final class UnitCommands {

  private static final int START_BIT = 0x01;
  private static final int LOEJ_BIT = 0x02;
  private static final int POWER_CONDITION_MASK = 0xF0;

  /** ZBC-2 5.10: the capacity is that of the disk, not of its conventional zones. */
  private static final int RC_BASIS_LAST_BLOCK = 0x10;

  private UnitCommands() {}

  static void testUnitReady(LogicalUnit unit, ScsiTask task) {
    task.end(ScsiStatus.GOOD);
  }

  /** Reports the oldest unit attention, as data, and forgets it (SPC-5 6.39). */
  static void requestSense(LogicalUnit unit, ScsiTask task) {
    UnitAttentions pending = task.nexus().attentions(unit.number());
    replyWithSense(task, pending.isEmpty() ? Condition.NO_SENSE : pending.take());
  }

  static void replyWithSense(ScsiTask task, int condition) {
    boolean descriptor = (task.cdb[1] & 1) != 0;
    int asc = Sense.asc(condition);
    int ascq = Sense.ascq(condition);
    task.reply(
        descriptor
            ? Sense.descriptor(Sense.key(condition), asc, ascq)
            : Sense.fixed(Sense.key(condition), asc, ascq));
  }

  static void startStopUnit(LogicalUnit unit, ScsiTask task) throws IOException {
    int flags = task.cdb[4];
    if ((flags & LOEJ_BIT) != 0) {
      // The medium is not removable.
      task.fail(Condition.INVALID_FIELD_IN_CDB);
      return;
    }
    if ((flags & POWER_CONDITION_MASK) == 0) {
      boolean start = (flags & START_BIT) != 0;
      if (!start) {
        unit.store().flush();
      }
      unit.setStopped(!start);
    }
    task.end(ScsiStatus.GOOD);
  }

  /** Tells whether START STOP UNIT wants the unit to start, and nothing else. */
  static boolean onlyStarts(byte[] cdb) {
    return (cdb[4] & (POWER_CONDITION_MASK | START_BIT)) == START_BIT;
  }

  static void readCapacity10(LogicalUnit unit, ScsiTask task) {
    task.reply(capacity(unit).encode10(), Capacity.BYTES_10);
  }

  static void readCapacity16(LogicalUnit unit, ScsiTask task) {
    byte[] reply = capacity(unit).encode16();
    if (unit.zones() != null) {
      reply[12] |= RC_BASIS_LAST_BLOCK;
    }
    task.reply(reply);
  }

  private static Capacity capacity(LogicalUnit unit) {
    return new Capacity(
        unit.blockCount() - 1,
        unit.blockSize(),
        0,
        0,
        unit.zones() == null,
        unit.zones() == null && unit.store().zeroesDiscarded(),
        false);
  }
}
