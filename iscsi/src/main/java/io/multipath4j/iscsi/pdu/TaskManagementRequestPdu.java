package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Task Management Function Request (RFC 7143 11.5). */
public final class TaskManagementRequestPdu {

  /** Function (11.5.1). */
  public static final int ABORT_TASK = 1;

  /** Function (11.5.1). */
  public static final int ABORT_TASK_SET = 2;

  /** Function (11.5.1). */
  public static final int CLEAR_ACA = 3;

  /** Function (11.5.1). */
  public static final int CLEAR_TASK_SET = 4;

  /** Function (11.5.1). */
  public static final int LOGICAL_UNIT_RESET = 5;

  /** Function (11.5.1). */
  public static final int TARGET_WARM_RESET = 6;

  /** Function (11.5.1). */
  public static final int TARGET_COLD_RESET = 7;

  /** Function (11.5.1). */
  public static final int TASK_REASSIGN = 8;

  /** RFC 7143 11.5.5. */
  public static final int REFERENCED_TASK_TAG_AT = 20;

  /** RFC 7143 11.5.6. */
  public static final int REF_CMD_SN_AT = 32;

  private TaskManagementRequestPdu() {}

  /** Zeroes the header and sets opcode, F, function, and the reserved Referenced Task Tag. */
  public static void init(ByteBuffer buffer, int at, int function) {
    Bhs.init(buffer, at, Opcode.TASK_MANAGEMENT_REQUEST);
    Bhs.setFlags(buffer, at, 0x80 | function);
    setReferencedTaskTag(buffer, at, Bhs.RESERVED_TAG);
  }

  /** Returns the function. */
  public static int function(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) & 0x7F;
  }

  /** Returns the tag of the task to be aborted or reassigned. */
  public static int referencedTaskTag(ByteBuffer buffer, int at) {
    return buffer.getInt(at + REFERENCED_TASK_TAG_AT);
  }

  /** Sets the tag of the task to be aborted or reassigned. */
  public static void setReferencedTaskTag(ByteBuffer buffer, int at, int itt) {
    buffer.putInt(at + REFERENCED_TASK_TAG_AT, itt);
  }

  /** Returns the CmdSN of the task to be aborted. */
  public static int refCmdSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + REF_CMD_SN_AT);
  }

  /** Sets the CmdSN of the task to be aborted. */
  public static void setRefCmdSn(ByteBuffer buffer, int at, int cmdSn) {
    buffer.putInt(at + REF_CMD_SN_AT, cmdSn);
  }
}
