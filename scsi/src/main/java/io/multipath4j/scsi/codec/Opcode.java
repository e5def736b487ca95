package io.multipath4j.scsi.codec;

/** Operation codes, the first byte of each CDB. */
public final class Opcode {

  /** TEST UNIT READY (SPC-4 6.47). */
  public static final int TEST_UNIT_READY = 0x00;

  /** REQUEST SENSE (SPC-4 6.39). */
  public static final int REQUEST_SENSE = 0x03;

  /** READ(6) (SBC-4, obsolete). */
  public static final int READ_6 = 0x08;

  /** WRITE(6) (SBC-4, obsolete). */
  public static final int WRITE_6 = 0x0A;

  /** INQUIRY (SPC-4 6.6). */
  public static final int INQUIRY = 0x12;

  /** MODE SELECT(6) (SPC-4 6.11). */
  public static final int MODE_SELECT_6 = 0x15;

  /** RESERVE(6) (SPC-2). */
  public static final int RESERVE_6 = 0x16;

  /** RELEASE(6) (SPC-2). */
  public static final int RELEASE_6 = 0x17;

  /** MODE SENSE(6) (SPC-4 6.13). */
  public static final int MODE_SENSE_6 = 0x1A;

  /** START STOP UNIT (SBC-4). */
  public static final int START_STOP_UNIT = 0x1B;

  /** PREVENT ALLOW MEDIUM REMOVAL (SPC-5). */
  public static final int PREVENT_ALLOW_MEDIUM_REMOVAL = 0x1E;

  /** READ CAPACITY(10) (SBC-4). */
  public static final int READ_CAPACITY_10 = 0x25;

  /** READ(10) (SBC-4). */
  public static final int READ_10 = 0x28;

  /** WRITE(10) (SBC-4). */
  public static final int WRITE_10 = 0x2A;

  /** WRITE AND VERIFY(10) (SBC-4). */
  public static final int WRITE_AND_VERIFY_10 = 0x2E;

  /** VERIFY(10) (SBC-4). */
  public static final int VERIFY_10 = 0x2F;

  /** PRE-FETCH(10) (SBC-4). */
  public static final int PRE_FETCH_10 = 0x34;

  /** SYNCHRONIZE CACHE(10) (SBC-4). */
  public static final int SYNCHRONIZE_CACHE_10 = 0x35;

  /** WRITE SAME(10) (SBC-4). */
  public static final int WRITE_SAME_10 = 0x41;

  /** UNMAP (SBC-4). */
  public static final int UNMAP = 0x42;

  /** MODE SELECT(10) (SPC-4 6.12). */
  public static final int MODE_SELECT_10 = 0x55;

  /** MODE SENSE(10) (SPC-4 6.14). */
  public static final int MODE_SENSE_10 = 0x5A;

  /** PERSISTENT RESERVE IN (SPC-4 6.15). */
  public static final int PERSISTENT_RESERVE_IN = 0x5E;

  /** PERSISTENT RESERVE OUT (SPC-4 6.16). */
  public static final int PERSISTENT_RESERVE_OUT = 0x5F;

  /** READ(16) (SBC-4). */
  public static final int READ_16 = 0x88;

  /** COMPARE AND WRITE (SBC-4). */
  public static final int COMPARE_AND_WRITE = 0x89;

  /** WRITE(16) (SBC-4). */
  public static final int WRITE_16 = 0x8A;

  /** WRITE AND VERIFY(16) (SBC-4). */
  public static final int WRITE_AND_VERIFY_16 = 0x8E;

  /** VERIFY(16) (SBC-4). */
  public static final int VERIFY_16 = 0x8F;

  /** PRE-FETCH(16) (SBC-4). */
  public static final int PRE_FETCH_16 = 0x90;

  /** SYNCHRONIZE CACHE(16) (SBC-4). */
  public static final int SYNCHRONIZE_CACHE_16 = 0x91;

  /** WRITE SAME(16) (SBC-4). */
  public static final int WRITE_SAME_16 = 0x93;

  /** ZBC OUT; the service action is in byte 1. */
  public static final int ZBC_OUT = 0x94;

  /** ZBC IN; the service action is in byte 1. */
  public static final int ZBC_IN = 0x95;

  /** SERVICE ACTION IN(16); {@link #SA_READ_CAPACITY_16} and others are in byte 1. */
  public static final int SERVICE_ACTION_IN_16 = 0x9E;

  /** REPORT LUNS (SPC-4 6.33). */
  public static final int REPORT_LUNS = 0xA0;

  /** MAINTENANCE IN; the service action is in byte 1. */
  public static final int MAINTENANCE_IN = 0xA3;

  /** MAINTENANCE OUT; the service action is in byte 1. */
  public static final int MAINTENANCE_OUT = 0xA4;

  /** READ(12) (SBC-4). */
  public static final int READ_12 = 0xA8;

  /** WRITE(12) (SBC-4). */
  public static final int WRITE_12 = 0xAA;

  /** Service action of {@link #SERVICE_ACTION_IN_16}: READ CAPACITY(16) (SBC-4). */
  public static final int SA_READ_CAPACITY_16 = 0x10;

  /** Service action of {@link #SERVICE_ACTION_IN_16}: GET LBA STATUS(16) (SBC-4). */
  public static final int SA_GET_LBA_STATUS_16 = 0x12;

  /** Service action of {@link #MAINTENANCE_IN}: REPORT TARGET PORT GROUPS (SPC-4 6.37). */
  public static final int SA_REPORT_TARGET_PORT_GROUPS = 0x0A;

  /** Service action of {@link #MAINTENANCE_IN}: REPORT SUPPORTED OPERATION CODES (SPC-5). */
  public static final int SA_REPORT_SUPPORTED_OPERATION_CODES = 0x0C;

  /** Service action of {@link #ZBC_IN}: REPORT ZONES (ZBC-2 5.11). */
  public static final int SA_REPORT_ZONES = 0x00;

  /** Service action of {@link #ZBC_OUT}: CLOSE ZONE (ZBC-2 5.3). */
  public static final int SA_CLOSE_ZONE = 0x01;

  /** Service action of {@link #ZBC_OUT}: FINISH ZONE (ZBC-2 5.4). */
  public static final int SA_FINISH_ZONE = 0x02;

  /** Service action of {@link #ZBC_OUT}: OPEN ZONE (ZBC-2 5.5). */
  public static final int SA_OPEN_ZONE = 0x03;

  /** Service action of {@link #ZBC_OUT}: RESET WRITE POINTER (ZBC-2 5.12). */
  public static final int SA_RESET_WRITE_POINTER = 0x04;

  private Opcode() {}

  /** Returns the command's name in words, for messages; its hexadecimal code when not known. */
  public static String name(int opcode) {
    return switch (opcode) {
      case TEST_UNIT_READY -> "TEST UNIT READY";
      case REQUEST_SENSE -> "REQUEST SENSE";
      case READ_6 -> "READ(6)";
      case WRITE_6 -> "WRITE(6)";
      case INQUIRY -> "INQUIRY";
      case MODE_SELECT_6 -> "MODE SELECT(6)";
      case RESERVE_6 -> "RESERVE(6)";
      case RELEASE_6 -> "RELEASE(6)";
      case MODE_SENSE_6 -> "MODE SENSE(6)";
      case START_STOP_UNIT -> "START STOP UNIT";
      case PREVENT_ALLOW_MEDIUM_REMOVAL -> "PREVENT ALLOW MEDIUM REMOVAL";
      case READ_CAPACITY_10 -> "READ CAPACITY(10)";
      case READ_10 -> "READ(10)";
      case WRITE_10 -> "WRITE(10)";
      case WRITE_AND_VERIFY_10 -> "WRITE AND VERIFY(10)";
      case VERIFY_10 -> "VERIFY(10)";
      case PRE_FETCH_10 -> "PRE-FETCH(10)";
      case SYNCHRONIZE_CACHE_10 -> "SYNCHRONIZE CACHE(10)";
      case WRITE_SAME_10 -> "WRITE SAME(10)";
      case UNMAP -> "UNMAP";
      case MODE_SELECT_10 -> "MODE SELECT(10)";
      case MODE_SENSE_10 -> "MODE SENSE(10)";
      case PERSISTENT_RESERVE_IN -> "PERSISTENT RESERVE IN";
      case PERSISTENT_RESERVE_OUT -> "PERSISTENT RESERVE OUT";
      case READ_16 -> "READ(16)";
      case COMPARE_AND_WRITE -> "COMPARE AND WRITE";
      case WRITE_16 -> "WRITE(16)";
      case WRITE_AND_VERIFY_16 -> "WRITE AND VERIFY(16)";
      case VERIFY_16 -> "VERIFY(16)";
      case PRE_FETCH_16 -> "PRE-FETCH(16)";
      case SYNCHRONIZE_CACHE_16 -> "SYNCHRONIZE CACHE(16)";
      case WRITE_SAME_16 -> "WRITE SAME(16)";
      case ZBC_OUT -> "ZBC OUT";
      case ZBC_IN -> "ZBC IN";
      case SERVICE_ACTION_IN_16 -> "SERVICE ACTION IN(16)";
      case REPORT_LUNS -> "REPORT LUNS";
      case MAINTENANCE_IN -> "MAINTENANCE IN";
      case MAINTENANCE_OUT -> "MAINTENANCE OUT";
      case READ_12 -> "READ(12)";
      case WRITE_12 -> "WRITE(12)";
      default -> String.format("command %02Xh", opcode & 0xFF);
    };
  }
}
