package io.multipath4j.array.lu;

import static io.multipath4j.array.lu.Command.NO_SERVICE_ACTION;

import io.multipath4j.array.lu.Command.Access;
import io.multipath4j.scsi.codec.Opcode;
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
          plain("00 00 000000 00", Access.MEDIUM, UnitCommands::testUnitReady),
          plain("03 01 0000FF 00", Access.IDENTITY, UnitCommands::requestSense),
          plain("08 1F FFFFFF 00", Access.MEDIUM, MediumCommands::read),
          dataOut("0A 1F FFFFFF 00", MediumCommands::prepareWrite, MediumCommands::write),
          plain("12 01 FFFFFF 00", Access.IDENTITY, IdentityCommands::inquiry),
          modeSelect("15 11 0000FF 00"),
          plain("1A 08 FFFFFF 00", Access.STANDBY, ModeCommands::modeSense),
          plain("1B 01 000FF7 00", Access.MEDIUM, UnitCommands::startStopUnit),
          plain("25 00 00000000 00 0000 00", Access.STANDBY, UnitCommands::readCapacity10),
          plain("28 18" + LBA32 + "3F FFFF 00", Access.MEDIUM, MediumCommands::read),
          dataOut(
              "2A 18" + LBA32 + "3F FFFF 00", MediumCommands::prepareWrite, MediumCommands::write),
          dataOut(
              "2E 16" + LBA32 + "3F FFFF 00",
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "2F 16" + LBA32 + "3F FFFF 00",
              MediumCommands::prepareVerify,
              MediumCommands::verify),
          plain("34 02" + LBA32 + "3F FFFF 00", Access.MEDIUM, MediumCommands::prefetch),
          plain("35 06" + LBA32 + "3F FFFF 00", Access.MEDIUM, MediumCommands::synchronizeCache),
          dataOut(
              "41 08" + LBA32 + "3F FFFF 00",
              ProvisioningCommands::prepareWriteSame,
              ProvisioningCommands::writeSame),
          dataOut(
              "42 00 00000000 3F FFFF 00",
              ProvisioningCommands::prepareUnmap,
              ProvisioningCommands::unmap),
          modeSelect("55 11 00000000 00 FFFF 00"),
          plain("5A 18 FFFF000000 FFFF 00", Access.STANDBY, ModeCommands::modeSense),
          plain("88 18" + LBA64 + "FFFFFFFF 3F 00", Access.MEDIUM, MediumCommands::read),
          dataOut(
              "89 18" + LBA64 + "000000FF 3F 00",
              MediumCommands::prepareCompareAndWrite,
              MediumCommands::compareAndWrite),
          dataOut(
              "8A 18" + LBA64 + "FFFFFFFF 3F 00",
              MediumCommands::prepareWrite,
              MediumCommands::write),
          dataOut(
              "8E 16" + LBA64 + "FFFFFFFF 3F 00",
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "8F 16" + LBA64 + "FFFFFFFF 3F 00",
              MediumCommands::prepareVerify,
              MediumCommands::verify),
          plain("90 02" + LBA64 + "FFFFFFFF 3F 00", Access.MEDIUM, MediumCommands::prefetch),
          plain(
              "91 06" + LBA64 + "FFFFFFFF 3F 00", Access.MEDIUM, MediumCommands::synchronizeCache),
          dataOut(
              "93 09" + LBA64 + "FFFFFFFF 3F 00",
              ProvisioningCommands::prepareWriteSame,
              ProvisioningCommands::writeSame),
          serviceAction(
              Opcode.SA_READ_CAPACITY_16,
              "9E 00 0000000000000000 FFFFFFFF 00 00",
              Access.STANDBY,
              UnitCommands::readCapacity16),
          serviceAction(
              Opcode.SA_GET_LBA_STATUS_16,
              "9E 00" + LBA64 + "FFFFFFFF 00 00",
              Access.MEDIUM,
              ProvisioningCommands::getLbaStatus),
          plain("A0 00 FF 000000 FFFFFFFF 00 00", Access.IDENTITY, TargetDevice::reportLuns),
          serviceAction(
              Opcode.SA_REPORT_TARGET_PORT_GROUPS,
              "A3 E0 00000000 FFFFFFFF 00 00",
              Access.ALWAYS,
              TargetDevice::reportTargetPortGroups),
          serviceAction(
              Opcode.SA_REPORT_SUPPORTED_OPERATION_CODES,
              "A3 00 87FFFFFF FFFFFFFF 00 00",
              Access.STANDBY,
              ReportCommands::reportSupportedOperationCodes),
          plain("A8 18" + LBA32 + "FFFFFFFF 3F 00", Access.MEDIUM, MediumCommands::read),
          dataOut(
              "AA 18" + LBA32 + "FFFFFFFF 3F 00",
              MediumCommands::prepareWrite,
              MediumCommands::write),
          dataOut(
              "AE 16" + LBA32 + "FFFFFFFF 3F 00",
              MediumCommands::prepareWriteAndVerify,
              MediumCommands::write),
          dataOut(
              "AF 16" + LBA32 + "FFFFFFFF 3F 00",
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

  private static Command plain(String usage, Access access, Command.Step execute) {
    return Command.of(NO_SERVICE_ACTION, usage, access, execute);
  }

  private static Command serviceAction(
      int serviceAction, String usage, Access access, Command.Step execute) {
    return Command.of(serviceAction, usage, access, execute);
  }

  private static Command dataOut(String usage, Command.Step prepare, Command.Step execute) {
    return Command.withDataOut(NO_SERVICE_ACTION, usage, Access.MEDIUM, prepare, execute);
  }

  private static Command modeSelect(String usage) {
    return Command.withDataOut(
        NO_SERVICE_ACTION,
        usage,
        Access.STANDBY,
        ModeCommands::prepareModeSelect,
        ModeCommands::modeSelect);
  }

  static List<Command> all() {
    return ALL;
  }

  static boolean hasServiceActions(int opcode) {
    return BY_SERVICE_ACTION[opcode] != null;
  }

  /** Returns the command, or null; the service action counts where the opcode has some. */
  static @Nullable Command find(int opcode, int serviceAction) {
    @Nullable Command[] actions = BY_SERVICE_ACTION[opcode];
    if (actions == null) {
      return BY_OPCODE[opcode];
    }
    return serviceAction < SERVICE_ACTIONS ? actions[serviceAction] : null;
  }
}
