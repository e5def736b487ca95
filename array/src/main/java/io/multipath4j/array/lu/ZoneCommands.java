package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import java.io.IOException;

/** REPORT ZONES and the zone actions (ZBC-2 5). Only zoned units get here. */
final class ZoneCommands {

  private ZoneCommands() {}

  static void reportZones(LogicalUnit unit, ScsiTask task) {
    long lba = Cdb.lba(task.cdb);
    int options = Cdb.zoneReportingOptions(task.cdb);
    if (!Zones.areReportingOptions(options)) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else if (lba < 0 || lba >= unit.blockCount()) {
      task.fail(Condition.LBA_OUT_OF_RANGE);
    } else {
      Zones zones = unit.requireZones();
      long room = Cdb.allocationLength(task.cdb) - ZoneList.HEADER_BYTES;
      long most = Math.max(0, room / ZoneDescriptor.BYTES);
      boolean partial = Cdb.zonePartialReport(task.cdb);
      task.reply(zones.report(zones.zoneOf(lba), options, partial, most).encode());
    }
  }

  static void act(LogicalUnit unit, ScsiTask task) throws IOException {
    int action = Cdb.serviceAction(task.cdb);
    Zones zones = unit.requireZones();
    int outcome =
        Cdb.allZones(task.cdb)
            ? actOnAll(unit, zones, action)
            : actOnOne(unit, zones, action, Cdb.lba(task.cdb));
    if (outcome == Condition.NO_SENSE) {
      task.end(ScsiStatus.GOOD);
    } else {
      task.fail(outcome);
    }
  }

  private static int actOnOne(LogicalUnit unit, Zones zones, int action, long lba)
      throws IOException {
    if (lba < 0 || lba >= unit.blockCount()) {
      return Condition.LBA_OUT_OF_RANGE;
    }
    int zone = zones.zoneOf(lba);
    if (zones.start(zone) != lba || zones.isConventional(zone)) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    switch (action) {
      case Opcode.SA_OPEN_ZONE -> {
        return zones.open(zone);
      }
      case Opcode.SA_CLOSE_ZONE -> zones.close(zone);
      case Opcode.SA_FINISH_ZONE -> zones.finish(zone);
      default -> reset(unit, zones, zone);
    }
    return Condition.NO_SENSE;
  }

  /** ZBC-2 tables 17 to 28: open takes the closed, close the open, finish both, reset all. */
  private static int actOnAll(LogicalUnit unit, Zones zones, int action) throws IOException {
    if (action == Opcode.SA_OPEN_ZONE) {
      return zones.openAll();
    }
    for (int zone = zones.layout().conventionalZones(); zone < zones.count(); zone++) {
      if (action == Opcode.SA_CLOSE_ZONE) {
        zones.close(zone);
      } else if (action == Opcode.SA_RESET_WRITE_POINTER) {
        reset(unit, zones, zone);
      } else if (zones.isOpen(zone) || zones.isClosed(zone)) {
        zones.finish(zone);
      }
    }
    return Condition.NO_SENSE;
  }

  private static void reset(LogicalUnit unit, Zones zones, int zone) throws IOException {
    long bytes = zones.written(zone) * unit.blockSize();
    if (bytes > 0) {
      unit.store().discard(zones.start(zone) * unit.blockSize(), bytes);
    }
    zones.reset(zone);
  }
}
