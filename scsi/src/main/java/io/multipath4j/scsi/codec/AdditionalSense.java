package io.multipath4j.scsi.codec;

/** Additional sense codes in words (SPC-5 annex F). */
public final class AdditionalSense {

  private AdditionalSense() {}

  /**
   * Returns the meaning of an additional sense code and its qualifier.
   *
   * @param ascAndAscq {@code 0xAAQQ}
   * @return lower-case words; empty when not known
   */
  public static String text(int ascAndAscq) {
    return switch (ascAndAscq >> 8) {
      case 0x04 -> notReady(ascAndAscq);
      case 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27 -> refused(ascAndAscq);
      case 0x28, 0x29, 0x2A, 0x2F, 0x38, 0x3F -> changed(ascAndAscq);
      default -> other(ascAndAscq);
    };
  }

  private static String notReady(int code) {
    return switch (code) {
      case 0x0400 -> "logical unit not ready, cause not reportable";
      case 0x0401 -> "logical unit is in process of becoming ready";
      case 0x0402 -> "logical unit not ready, initializing command required";
      case 0x0403 -> "logical unit not ready, manual intervention required";
      case 0x0404 -> "logical unit not ready, format in progress";
      case 0x0405 -> "logical unit not ready, rebuild in progress";
      case 0x0406 -> "logical unit not ready, recalculation in progress";
      case 0x0407 -> "logical unit not ready, operation in progress";
      case 0x0408 -> "logical unit not ready, long write in progress";
      case 0x0409 -> "logical unit not ready, self-test in progress";
      case 0x040A -> "logical unit not accessible, asymmetric access state transition";
      case 0x040B -> "logical unit not accessible, target port in standby state";
      case 0x040C -> "logical unit not accessible, target port in unavailable state";
      case 0x0411 -> "logical unit not ready, notify (enable spinup) required";
      case 0x0412 -> "logical unit not ready, offline";
      case 0x0414 -> "logical unit not ready, space allocation in progress";
      case 0x041A -> "logical unit not ready, start stop unit command in progress";
      case 0x041B -> "logical unit not ready, sanitize in progress";
      case 0x041D -> "logical unit not ready, configuration in progress";
      case 0x0424 -> "depopulation in progress";
      default -> "logical unit not ready";
    };
  }

  private static String refused(int code) {
    return switch (code) {
      case 0x2000 -> "invalid command operation code";
      case 0x2100 -> "logical block address out of range";
      case 0x2101 -> "invalid element address";
      case 0x2104 -> "unaligned write command";
      case 0x2105 -> "write boundary violation";
      case 0x2106 -> "attempt to read invalid data";
      case 0x2107 -> "read boundary violation";
      case 0x2200 -> "illegal function";
      case 0x2400 -> "invalid field in CDB";
      case 0x2500 -> "logical unit not supported";
      case 0x2600 -> "invalid field in parameter list";
      case 0x2601 -> "parameter not supported";
      case 0x2602 -> "parameter value invalid";
      case 0x2604 -> "invalid release of persistent reservation";
      case 0x2700 -> "write protected";
      case 0x2701 -> "hardware write protected";
      case 0x2702 -> "logical unit software write protected";
      case 0x2707 -> "space allocation failed write protect";
      case 0x2708 -> "zone is read only";
      default -> "";
    };
  }

  private static String changed(int code) {
    return switch (code) {
      case 0x2800 -> "not ready to ready change, medium may have changed";
      case 0x2900 -> "power on, reset, or bus device reset occurred";
      case 0x2901 -> "power on occurred";
      case 0x2902 -> "SCSI bus reset occurred";
      case 0x2903 -> "bus device reset function occurred";
      case 0x2904 -> "device internal reset";
      case 0x2907 -> "I_T nexus loss occurred";
      case 0x2A00 -> "parameters changed";
      case 0x2A01 -> "mode parameters changed";
      case 0x2A03 -> "reservations preempted";
      case 0x2A04 -> "reservations released";
      case 0x2A05 -> "registrations preempted";
      case 0x2A06 -> "asymmetric access state changed";
      case 0x2A07 -> "implicit asymmetric access state transition failed";
      case 0x2A08 -> "priority changed";
      case 0x2A09 -> "capacity data has changed";
      case 0x2F00 -> "commands cleared by another initiator";
      case 0x3807 -> "thin provisioning soft threshold reached";
      case 0x3F00 -> "target operating conditions have changed";
      case 0x3F01 -> "microcode has been changed";
      case 0x3F03 -> "INQUIRY data has changed";
      case 0x3F05 -> "device identifier changed";
      case 0x3F0E -> "reported LUNs data has changed";
      default -> "";
    };
  }

  private static String other(int code) {
    return switch (code) {
      case 0x0000 -> "no additional sense information";
      case 0x0300 -> "peripheral device write fault";
      case 0x0800 -> "logical unit communication failure";
      case 0x0801 -> "logical unit communication time-out";
      case 0x0C00 -> "write error";
      case 0x0C02 -> "write error, auto reallocation failed";
      case 0x0C12 -> "write error, insufficient zone resources";
      case 0x0E01 -> "information unit too short";
      case 0x1000 -> "ID CRC or ECC error";
      case 0x1001 -> "logical block guard check failed";
      case 0x1002 -> "logical block application tag check failed";
      case 0x1003 -> "logical block reference tag check failed";
      case 0x1100 -> "unrecovered read error";
      case 0x1101 -> "read retries exhausted";
      case 0x110A -> "miscorrected error";
      case 0x1300 -> "address mark not found for data field";
      case 0x1400 -> "recorded entity not found";
      case 0x1401 -> "record not found";
      case 0x1700 -> "recovered data with no error correction applied";
      case 0x1800 -> "recovered data with error correction applied";
      case 0x1A00 -> "parameter list length error";
      case 0x1D00 -> "miscompare during verify operation";
      case 0x2C00 -> "command sequence error";
      case 0x2C0D -> "reset write pointer not allowed";
      case 0x2C0E -> "zone is offline";
      case 0x2C10 -> "unwritten data in zone";
      case 0x2E01 -> "command timeout before processing";
      case 0x2E02 -> "command timeout during processing";
      case 0x3A00 -> "medium not present";
      case 0x3E01 -> "logical unit failure";
      case 0x3E02 -> "timeout on logical unit";
      case 0x4400 -> "internal target failure";
      case 0x4700 -> "SCSI parity error";
      case 0x4B00 -> "data phase error";
      case 0x5500 -> "system resource failure";
      case 0x5504 -> "insufficient registration resources";
      case 0x550A -> "data currently unavailable";
      case 0x550E -> "insufficient zone resources";
      case 0x550F -> "insufficient zone resources to complete write";
      case 0x5D00 -> "failure prediction threshold exceeded";
      default -> "";
    };
  }
}
