package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.Opcode;

/**
 * Commands that change nothing, neither on the medium nor in the device's state: they may be
 * repeated, and passed through by who has the disk open for reading only. REQUEST SENSE is not one
 * of them: it takes away what it reports.
 */
public final class SafeCommands {

  private static final int LOG_SENSE = 0x4D;
  private static final int READ_BUFFER_10 = 0x3C;
  private static final int READ_DEFECT_DATA_10 = 0x37;
  private static final int READ_DEFECT_DATA_12 = 0xB7;

  private SafeCommands() {}

  /** Tells whether a command is one of them. What is not known is not. */
  public static boolean contains(byte[] cdb) {
    int serviceAction = cdb[1] & 0x1F;
    return switch (cdb[0] & 0xFF) {
      case Opcode.TEST_UNIT_READY,
          Opcode.INQUIRY,
          Opcode.MODE_SENSE_6,
          Opcode.MODE_SENSE_10,
          Opcode.READ_CAPACITY_10,
          Opcode.READ_6,
          Opcode.READ_10,
          Opcode.READ_12,
          Opcode.READ_16,
          Opcode.VERIFY_10,
          Opcode.VERIFY_16,
          Opcode.REPORT_LUNS,
          Opcode.PERSISTENT_RESERVE_IN,
          LOG_SENSE,
          READ_BUFFER_10,
          READ_DEFECT_DATA_10,
          READ_DEFECT_DATA_12 ->
          true;
      case Opcode.SERVICE_ACTION_IN_16 ->
          serviceAction == Opcode.SA_READ_CAPACITY_16
              || serviceAction == Opcode.SA_GET_LBA_STATUS_16;
      case Opcode.MAINTENANCE_IN ->
          serviceAction == Opcode.SA_REPORT_TARGET_PORT_GROUPS
              || serviceAction == Opcode.SA_REPORT_SUPPORTED_OPERATION_CODES;
      case Opcode.ZBC_IN -> serviceAction == Opcode.SA_REPORT_ZONES;
      default -> false;
    };
  }
}
