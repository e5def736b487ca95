package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Logout Response (RFC 7143 11.15). */
public final class LogoutResponsePdu {

  /** Response (11.15.1): closed. */
  public static final int CLOSED = 0;

  /** RFC 7143 11.15.1. */
  public static final int RESPONSE_AT = 2;

  /** RFC 7143 11.15.3. */
  public static final int TIME2WAIT_AT = 40;

  /** RFC 7143 11.15.4. */
  public static final int TIME2RETAIN_AT = 42;

  private LogoutResponsePdu() {}

  /** Zeroes the header and sets opcode, F, response and times in seconds. */
  public static void init(ByteBuffer buffer, int at, int response, int time2Wait, int time2Retain) {
    Bhs.init(buffer, at, Opcode.LOGOUT_RESPONSE);
    Bhs.setFinal(buffer, at);
    buffer.put(at + RESPONSE_AT, (byte) response);
    buffer.putShort(at + TIME2WAIT_AT, (short) time2Wait);
    buffer.putShort(at + TIME2RETAIN_AT, (short) time2Retain);
  }

  /** Returns the response. */
  public static int response(ByteBuffer buffer, int at) {
    return buffer.get(at + RESPONSE_AT) & 0xFF;
  }

  /** Returns Time2Wait, in seconds. */
  public static int time2Wait(ByteBuffer buffer, int at) {
    return buffer.getShort(at + TIME2WAIT_AT) & 0xFFFF;
  }

  /** Returns Time2Retain, in seconds. */
  public static int time2Retain(ByteBuffer buffer, int at) {
    return buffer.getShort(at + TIME2RETAIN_AT) & 0xFFFF;
  }
}
