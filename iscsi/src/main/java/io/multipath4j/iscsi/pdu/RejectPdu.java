package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Reject (RFC 7143 11.17). The data segment is the header of the rejected PDU. */
public final class RejectPdu {

  /** Reason (11.17.1): data (payload) digest error. */
  public static final int DATA_DIGEST_ERROR = 0x02;

  /** Reason (11.17.1): SNACK reject. */
  public static final int SNACK_REJECT = 0x03;

  /** Reason (11.17.1): protocol error. */
  public static final int PROTOCOL_ERROR = 0x04;

  /** Reason (11.17.1): command not supported. */
  public static final int COMMAND_NOT_SUPPORTED = 0x05;

  /** Reason (11.17.1): immediate command reject, too many immediate commands. */
  public static final int TOO_MANY_IMMEDIATE_COMMANDS = 0x06;

  /** Reason (11.17.1): task in progress. */
  public static final int TASK_IN_PROGRESS = 0x07;

  /** Reason (11.17.1): invalid data ack. */
  public static final int INVALID_DATA_ACK = 0x08;

  /** Reason (11.17.1): invalid PDU field. */
  public static final int INVALID_PDU_FIELD = 0x09;

  /** Reason (11.17.1): long operation reject, out of resources. */
  public static final int OUT_OF_RESOURCES = 0x0A;

  /** Reason (11.17.1): negotiation reset. */
  public static final int NEGOTIATION_RESET = 0x0B;

  /** Reason (11.17.1): waiting for logout. */
  public static final int WAITING_FOR_LOGOUT = 0x0C;

  /** RFC 7143 11.17.1. */
  public static final int REASON_AT = 2;

  /** RFC 7143 11.17.3. */
  public static final int DATA_SN_AT = 36;

  private RejectPdu() {}

  /** Zeroes the header and sets opcode, F, reason and the reserved tag. */
  public static void init(ByteBuffer buffer, int at, int reason) {
    Bhs.init(buffer, at, Opcode.REJECT);
    Bhs.setFinal(buffer, at);
    buffer.put(at + REASON_AT, (byte) reason);
    Bhs.setItt(buffer, at, Bhs.RESERVED_TAG);
  }

  /** Returns the reason. */
  public static int reason(ByteBuffer buffer, int at) {
    return buffer.get(at + REASON_AT) & 0xFF;
  }

  /** Returns what a reason means, for a message. */
  public static String describe(int reason) {
    return switch (reason) {
      case DATA_DIGEST_ERROR -> "data digest error";
      case SNACK_REJECT -> "SNACK reject";
      case PROTOCOL_ERROR -> "protocol error";
      case COMMAND_NOT_SUPPORTED -> "command not supported";
      case TOO_MANY_IMMEDIATE_COMMANDS -> "too many immediate commands";
      case TASK_IN_PROGRESS -> "task in progress";
      case INVALID_DATA_ACK -> "invalid data ack";
      case INVALID_PDU_FIELD -> "invalid PDU field";
      case OUT_OF_RESOURCES -> "out of resources";
      case NEGOTIATION_RESET -> "negotiation reset";
      case WAITING_FOR_LOGOUT -> "waiting for logout";
      default -> "reason 0x" + Integer.toHexString(reason);
    };
  }
}
