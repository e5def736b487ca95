package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Asynchronous Message (RFC 7143 11.9). With event 0, the data segment is as in SCSI Response. */
public final class AsyncMessagePdu {

  /** AsyncEvent (11.9.1): a SCSI asynchronous event, with sense data. */
  public static final int SCSI_EVENT = 0;

  /** AsyncEvent (11.9.1): the target asks for a logout, within Parameter3 seconds. */
  public static final int LOGOUT_REQUESTED = 1;

  /** AsyncEvent (11.9.1): the target drops this or another connection. */
  public static final int CONNECTION_DROPPED = 2;

  /** AsyncEvent (11.9.1): the target drops all connections of the session. */
  public static final int SESSION_DROPPED = 3;

  /** AsyncEvent (11.9.1): the target asks for a parameter negotiation. */
  public static final int NEGOTIATION_REQUESTED = 4;

  /** AsyncEvent (11.9.1): all tasks of a logical unit are being ended. */
  public static final int TASKS_TERMINATED = 5;

  /** RFC 7143 11.9.1. */
  public static final int ASYNC_EVENT_AT = 36;

  /** RFC 7143 11.9.2. */
  public static final int ASYNC_V_CODE_AT = 37;

  /** RFC 7143 11.9.1. */
  public static final int PARAMETER1_AT = 38;

  private AsyncMessagePdu() {}

  /** Zeroes the header and sets opcode, F, the reserved tag, event and parameters. */
  public static void init(
      ByteBuffer buffer, int at, int event, int parameter1, int parameter2, int parameter3) {
    Bhs.init(buffer, at, Opcode.ASYNC_MESSAGE);
    Bhs.setFinal(buffer, at);
    Bhs.setItt(buffer, at, Bhs.RESERVED_TAG);
    buffer.put(at + ASYNC_EVENT_AT, (byte) event);
    buffer.putShort(at + PARAMETER1_AT, (short) parameter1);
    buffer.putShort(at + PARAMETER1_AT + 2, (short) parameter2);
    buffer.putShort(at + PARAMETER1_AT + 4, (short) parameter3);
  }

  /** Returns the event. */
  public static int event(ByteBuffer buffer, int at) {
    return buffer.get(at + ASYNC_EVENT_AT) & 0xFF;
  }

  /** Returns a parameter; {@code number} is 1, 2 or 3. */
  public static int parameter(ByteBuffer buffer, int at, int number) {
    return buffer.getShort(at + PARAMETER1_AT + 2 * (number - 1)) & 0xFFFF;
  }
}
