package io.multipath4j.scsi.codec;

/** SCSI status codes (SAM-5 5.3.1). */
public final class ScsiStatus {

  /** GOOD. */
  public static final int GOOD = 0x00;

  /** CHECK CONDITION: sense data says why. */
  public static final int CHECK_CONDITION = 0x02;

  /** CONDITION MET: success of PRE-FETCH. */
  public static final int CONDITION_MET = 0x04;

  /** BUSY: try again later. */
  public static final int BUSY = 0x08;

  /** RESERVATION CONFLICT. */
  public static final int RESERVATION_CONFLICT = 0x18;

  /** TASK SET FULL: too many commands at a time. */
  public static final int TASK_SET_FULL = 0x28;

  /** ACA ACTIVE. */
  public static final int ACA_ACTIVE = 0x30;

  /** TASK ABORTED: another I_T nexus aborted the command. */
  public static final int TASK_ABORTED = 0x40;

  private ScsiStatus() {}

  /** Returns the status in words, for messages. */
  public static String name(int status) {
    return switch (status) {
      case GOOD -> "GOOD";
      case CHECK_CONDITION -> "CHECK CONDITION";
      case CONDITION_MET -> "CONDITION MET";
      case BUSY -> "BUSY";
      case RESERVATION_CONFLICT -> "RESERVATION CONFLICT";
      case TASK_SET_FULL -> "TASK SET FULL";
      case ACA_ACTIVE -> "ACA ACTIVE";
      case TASK_ABORTED -> "TASK ABORTED";
      default -> String.format("status %02Xh", status & 0xFF);
    };
  }
}
