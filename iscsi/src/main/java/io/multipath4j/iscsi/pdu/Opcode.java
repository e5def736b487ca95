package io.multipath4j.iscsi.pdu;

import org.jspecify.annotations.Nullable;

/** The PDU types (RFC 7143 11.2.1.2). */
public enum Opcode {
  /** Initiator's ping, or its answer to one. */
  NOP_OUT(0x00),
  /** A SCSI command. */
  SCSI_COMMAND(0x01),
  /** A task management function request. */
  TASK_MANAGEMENT_REQUEST(0x02),
  /** A login request. */
  LOGIN_REQUEST(0x03),
  /** A text request. */
  TEXT_REQUEST(0x04),
  /** Data of a write. */
  DATA_OUT(0x05),
  /** A logout request. */
  LOGOUT_REQUEST(0x06),
  /** A request for retransmission (error recovery level 1 and above). */
  SNACK_REQUEST(0x10),
  /** Target's ping, or its answer to one. */
  NOP_IN(0x20),
  /** The end of a SCSI command. */
  SCSI_RESPONSE(0x21),
  /** The answer to a task management function request. */
  TASK_MANAGEMENT_RESPONSE(0x22),
  /** The answer to a login request. */
  LOGIN_RESPONSE(0x23),
  /** The answer to a text request. */
  TEXT_RESPONSE(0x24),
  /** Data of a read, perhaps with the status. */
  DATA_IN(0x25),
  /** The answer to a logout request. */
  LOGOUT_RESPONSE(0x26),
  /** Ready to transfer: a request for data of a write. */
  R2T(0x31),
  /** An event outside any command. */
  ASYNC_MESSAGE(0x32),
  /** A PDU was not accepted. */
  REJECT(0x3F);

  private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[64];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  /** Returns the number on the wire, 0 to 63. */
  public int code() {
    return code;
  }

  /** Returns the type with this number, or null when there is none. */
  public static @Nullable Opcode of(int code) {
    return BY_CODE[code & 0x3F];
  }
}
