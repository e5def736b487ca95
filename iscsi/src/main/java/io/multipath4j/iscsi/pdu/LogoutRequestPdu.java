package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Logout Request (RFC 7143 11.14). */
public final class LogoutRequestPdu {

  /** Reason (11.14.1): close the session. */
  public static final int CLOSE_SESSION = 0;

  /** Reason (11.14.1): close the connection. */
  public static final int CLOSE_CONNECTION = 1;

  /** Reason (11.14.1): remove the connection for recovery. */
  public static final int REMOVE_FOR_RECOVERY = 2;

  /** RFC 7143 11.14.2. */
  public static final int CID_AT = 20;

  private LogoutRequestPdu() {}

  /** Zeroes the header and sets opcode, I, F, reason and connection id. */
  public static void init(ByteBuffer buffer, int at, int reason, int cid) {
    Bhs.init(buffer, at, Opcode.LOGOUT_REQUEST);
    Bhs.setImmediate(buffer, at);
    Bhs.setFlags(buffer, at, 0x80 | reason);
    buffer.putShort(at + CID_AT, (short) cid);
  }

  /** Returns the reason. */
  public static int reason(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) & 0x7F;
  }

  /** Returns the connection id. */
  public static int cid(ByteBuffer buffer, int at) {
    return buffer.getShort(at + CID_AT) & 0xFFFF;
  }
}
