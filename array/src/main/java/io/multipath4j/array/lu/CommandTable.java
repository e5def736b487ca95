package io.multipath4j.array.lu;

import static io.multipath4j.array.lu.Command.NO_SERVICE_ACTION;

import io.multipath4j.array.lu.Command.Access;
import io.multipath4j.array.lu.Command.Reserved;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.PersistentReserve;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every command of a disk of this array, with the bits of its CDB that are in use. One table serves
 * execution, the check of CDBs, and REPORT SUPPORTED OPERATION CODES.
 */
final class CommandTable {

  private static final int SERVICE_ACTIONS = 32;

  private static final String LBA64 = "FFFFFFFFFFFFFFFF";
  private static final String LBA32 = "FFFFFFFF";

  private static final List<Command> ALL =
      List.of(
          plain("00 00 000000 00", Access.MEDIUM, Reserved.PASSES, UnitCommands::testUnitReady),
          plain("03 01 0000FF 00", Access.IDENTITY, Reserved.PASSES, UnitCommands::requestSense),
          plain("08 1F FFFFFF 00", Access.MEDIUM, Reserved.READS, MediumCommands::read),
          dataOut(
              "0A 1F FFFFFF 00",
              Reserved.WRITES,
              MediumCommands::prepareWrite,
              MediumCommands::write),
          plain("12 01 FFFFFF 00", Access.IDENTITY, Reserved.PASSES, IdentityCommands::inquiry),
          modeSelect("15 11 0000FF 00"),
          plain("16 00 000000 00", Access.STANDBY, Reserved.PASSES, ReservationCommands::reserve6),
          plain("17 00 000000 00", Access.STANDBY, Reserved.PASSES, ReservationCommands::release6),
          plain("1A 08 FFFFFF 00", Access.STANDBY, Reserved.READS, ModeCommands::modeSense),
          plain("1B 01 000FF7 00", Access.MEDIUM, Reserved.STARTS, UnitCommands::startStopUnit),
          plain(
              "25 00 00000000 00 0000 00",
              Access.STANDBY,
              Reserved.PASSES,
              UnitCommands::readCapacity10),
          plain(
              "28 18" + LBA32 + "3F FFFF 00", Access.MEDIUM, Reserved.READS, MediumCommands::read),
          dataOut(
              "2A 18" + LBA32 + "3F FFFF 00",
              Reserved.WRITES,
              MediumCommands::prepareWrite,
              MediumCommands::write),
          dataOut(
              "2E 16" + LBA32 + "3F FFFF 00",
              Reserved.WRITES,
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "2F 16" + LBA32 + "3F FFFF 00",
              Reserved.READS,
              MediumCommands::prepareVerify,
              MediumCommands::verify),
          plain(
              "34 02" + LBA32 + "3F FFFF 00",
              Access.MEDIUM,
              Reserved.READS,
              MediumCommands::prefetch),
          plain(
              "35 06" + LBA32 + "3F FFFF 00",
              Access.MEDIUM,
              Reserved.WRITES,
              MediumCommands::synchronizeCache),
          dataOut(
              "41 08" + LBA32 + "3F FFFF 00",
              Reserved.WRITES,
              ProvisioningCommands::prepareWriteSame,
              ProvisioningCommands::writeSame),
          dataOut(
              "42 00 00000000 3F FFFF 00",
              Reserved.WRITES,
              ProvisioningCommands::prepareUnmap,
              ProvisioningCommands::unmap),
          modeSelect("55 11 00000000 00 FFFF 00"),
          plain(
              "5A 18 FFFF000000 FFFF 00", Access.STANDBY, Reserved.READS, ModeCommands::modeSense),
          reserveIn(PersistentReserve.READ_KEYS, ReservationCommands::readKeys),
          reserveIn(PersistentReserve.READ_RESERVATION, ReservationCommands::readReservation),
          reserveIn(PersistentReserve.REPORT_CAPABILITIES, ReservationCommands::reportCapabilities),
          reserveIn(PersistentReserve.READ_FULL_STATUS, ReservationCommands::readFullStatus),
          reserveOut(PersistentReserve.REGISTER),
          reserveOut(PersistentReserve.RESERVE),
          reserveOut(PersistentReserve.RELEASE),
          reserveOut(PersistentReserve.CLEAR),
          reserveOut(PersistentReserve.PREEMPT),
          reserveOut(PersistentReserve.PREEMPT_AND_ABORT),
          reserveOut(PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY),
          reserveOut(PersistentReserve.REGISTER_AND_MOVE),
          plain(
              "88 18" + LBA64 + "FFFFFFFF 3F 00",
              Access.MEDIUM,
              Reserved.READS,
              MediumCommands::read),
          dataOut(
              "89 18" + LBA64 + "000000FF 3F 00",
              Reserved.WRITES,
              MediumCommands::prepareCompareAndWrite,
              MediumCommands::compareAndWrite),
          dataOut(
              "8A 18" + LBA64 + "FFFFFFFF 3F 00",
              Reserved.WRITES,
              MediumCommands::prepareWrite,
              MediumCommands::write),
          dataOut(
              "8E 16" + LBA64 + "FFFFFFFF 3F 00",
              Reserved.WRITES,
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "8F 16" + LBA64 + "FFFFFFFF 3F 00",
              Reserved.READS,
              MediumCommands::prepareVerify,
              MediumCommands::verify),
          plain(
              "90 02" + LBA64 + "FFFFFFFF 3F 00",
              Access.MEDIUM,
              Reserved.READS,
              MediumCommands::prefetch),
          plain(
              "91 06" + LBA64 + "FFFFFFFF 3F 00",
              Access.MEDIUM,
              Reserved.WRITES,
              MediumCommands::synchronizeCache),
          dataOut(
              "93 09" + LBA64 + "FFFFFFFF 3F 00",
              Reserved.WRITES,
              ProvisioningCommands::prepareWriteSame,
              ProvisioningCommands::writeSame),
          zoneAction(Opcode.SA_CLOSE_ZONE),
          zoneAction(Opcode.SA_FINISH_ZONE),
          zoneAction(Opcode.SA_OPEN_ZONE),
          zoneAction(Opcode.SA_RESET_WRITE_POINTER),
          serviceAction(
              Opcode.SA_REPORT_ZONES,
              "95 00" + LBA64 + "FFFFFFFF BF 00",
              Access.MEDIUM,
              Reserved.READS,
              ZoneCommands::reportZones),
          serviceAction(
              Opcode.SA_READ_CAPACITY_16,
              "9E 00 0000000000000000 FFFFFFFF 00 00",
              Access.STANDBY,
              Reserved.PASSES,
              UnitCommands::readCapacity16),
          serviceAction(
              Opcode.SA_GET_LBA_STATUS_16,
              "9E 00" + LBA64 + "FFFFFFFF 00 00",
              Access.MEDIUM,
              Reserved.READS,
              ProvisioningCommands::getLbaStatus),
          plain(
              "A0 00 FF 000000 FFFFFFFF 00 00",
              Access.IDENTITY,
              Reserved.PASSES,
              TargetDevice::reportLuns),
          serviceAction(
              Opcode.SA_REPORT_TARGET_PORT_GROUPS,
              "A3 E0 00000000 FFFFFFFF 00 00",
              Access.ALWAYS,
              Reserved.PASSES,
              TargetDevice::reportTargetPortGroups),
          serviceAction(
              Opcode.SA_REPORT_SUPPORTED_OPERATION_CODES,
              "A3 00 87FFFFFF FFFFFFFF 00 00",
              Access.STANDBY,
              Reserved.PASSES,
              ReportCommands::reportSupportedOperationCodes),
          plain(
              "A8 18" + LBA32 + "FFFFFFFF 3F 00",
              Access.MEDIUM,
              Reserved.READS,
              MediumCommands::read),
          dataOut(
              "AA 18" + LBA32 + "FFFFFFFF 3F 00",
              Reserved.WRITES,
              MediumCommands::prepareWrite,
              MediumCommands::write),
          dataOut(
              "AE 16" + LBA32 + "FFFFFFFF 3F 00",
              Reserved.WRITES,
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "AF 16" + LBA32 + "FFFFFFFF 3F 00",
              Reserved.READS,
              MediumCommands::prepareVerify,
              MediumCommands::verify));

  private static final @Nullable Command[] BY_OPCODE = new @Nullable Command[256];
  private static final @Nullable Command[] @Nullable [] BY_SERVICE_ACTION =
      new @Nullable Command[256][];

  static {
    for (Command command : ALL) {
      int opcode = command.opcode();
      if (command.serviceAction() == NO_SERVICE_ACTION) {
        BY_OPCODE[opcode] = command;
      } else {
        @Nullable Command[] actions = BY_SERVICE_ACTION[opcode];
        if (actions == null) {
          actions = new @Nullable Command[SERVICE_ACTIONS];
          BY_SERVICE_ACTION[opcode] = actions;
        }
        actions[command.serviceAction()] = command;
      }
    }
  }

  private CommandTable() {}

  private static Command plain(
      String usage, Access access, Reserved reserved, Command.Step execute) {
    return Command.of(NO_SERVICE_ACTION, usage, access, reserved, execute);
  }

  private static Command serviceAction(
      int serviceAction, String usage, Access access, Reserved reserved, Command.Step execute) {
    return Command.of(serviceAction, usage, access, reserved, execute);
  }

  private static Command zoneAction(int serviceAction) {
    return Command.of(
        serviceAction,
        "94 00" + LBA64 + "00000000 01 00",
        Access.MEDIUM,
        Reserved.WRITES,
        ZoneCommands::act);
  }

  private static Command dataOut(
      String usage, Reserved reserved, Command.Step prepare, Command.Step execute) {
    return Command.withDataOut(NO_SERVICE_ACTION, usage, Access.MEDIUM, reserved, prepare, execute);
  }

  private static Command modeSelect(String usage) {
    return Command.withDataOut(
        NO_SERVICE_ACTION,
        usage,
        Access.STANDBY,
        Reserved.WRITES,
        ModeCommands::prepareModeSelect,
        ModeCommands::modeSelect);
  }

  private static Command reserveIn(int serviceAction, Command.Step execute) {
    return Command.of(
        serviceAction, "5E 00 0000000000 FFFF 00", Access.STANDBY, Reserved.PASSES, execute);
  }

  /** Whether it conflicts is for its own rules: they look at the key. */
  private static Command reserveOut(int serviceAction) {
    return Command.withDataOut(
        serviceAction,
        "5F 00 FF 0000 FFFFFFFF 00",
        Access.STANDBY,
        Reserved.PASSES,
        ReservationCommands::prepareOut,
        ReservationCommands::out);
  }

  /** Returns the commands of a unit. */
  static List<Command> all(LogicalUnit unit) {
    return ALL.stream().filter(command -> command.existsOn(unit)).toList();
  }

  static boolean hasServiceActions(LogicalUnit unit, int opcode) {
    @Nullable Command[] actions = BY_SERVICE_ACTION[opcode];
    if (actions == null) {
      return false;
    }
    for (Command command : actions) {
      if (command != null && command.existsOn(unit)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the command, or null; the service action counts where the opcode has some. */
  static @Nullable Command find(LogicalUnit unit, int opcode, int serviceAction) {
    @Nullable Command[] actions = BY_SERVICE_ACTION[opcode];
    Command command = BY_OPCODE[opcode];
    if (actions != null) {
      command = serviceAction < SERVICE_ACTIONS ? actions[serviceAction] : null;
    }
    return command != null && command.existsOn(unit) ? command : null;
  }
}
