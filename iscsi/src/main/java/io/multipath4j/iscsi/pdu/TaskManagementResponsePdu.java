package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Task Management Function Response (RFC 7143 11.6). */
public final class TaskManagementResponsePdu {

  /** Response (11.6.1): function complete. */
  public static final int FUNCTION_COMPLETE = 0;

  /** Response (11.6.1): task does not exist. */
  public static final int TASK_DOES_NOT_EXIST = 1;

  /** Response (11.6.1): LUN does not exist. */
  public static final int LUN_DOES_NOT_EXIST = 2;

  /** Response (11.6.1): task still allegiant. */
  public static final int TASK_STILL_ALLEGIANT = 3;

  /** Response (11.6.1): task allegiance reassignment not supported. */
  public static final int REASSIGNMENT_NOT_SUPPORTED = 4;

  /** Response (11.6.1): task management function not supported. */
  public static final int FUNCTION_NOT_SUPPORTED = 5;

  /** Response (11.6.1): function authorization failed. */
  public static final int AUTHORIZATION_FAILED = 6;

  /** Response (11.6.1): function rejected. */
  public static final int FUNCTION_REJECTED = 255;

  /** RFC 7143 11.6.1. */
  public static final int RESPONSE_AT = 2;

  private TaskManagementResponsePdu() {}

  /** Zeroes the header and sets opcode, F and response. */
  public static void init(ByteBuffer buffer, int at, int response) {
    Bhs.init(buffer, at, Opcode.TASK_MANAGEMENT_RESPONSE);
    Bhs.setFinal(buffer, at);
    buffer.put(at + RESPONSE_AT, (byte) response);
  }

  /** Returns the response. */
  public static int response(ByteBuffer buffer, int at) {
    return buffer.get(at + RESPONSE_AT) & 0xFF;
  }
}
