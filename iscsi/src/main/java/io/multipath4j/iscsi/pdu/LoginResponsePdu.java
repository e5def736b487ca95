package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Login Response (RFC 7143 11.13). Flags and stages as in {@link LoginRequestPdu}. */
public final class LoginResponsePdu {

  /** RFC 7143 11.13.2. */
  public static final int VERSION_MAX_AT = 2;

  /** RFC 7143 11.13.3. */
  public static final int VERSION_ACTIVE_AT = 3;

  /** RFC 7143 11.13.5. */
  public static final int STATUS_CLASS_AT = 36;

  /** RFC 7143 11.13.5. */
  public static final int STATUS_DETAIL_AT = 37;

  private LoginResponsePdu() {}

  /** Zeroes the header and sets opcode, T, C, stages, ISID and TSIH; version 0, status success. */
  public static void init(
      ByteBuffer buffer, int at, int flags, int csg, int nsg, long isid, int tsih) {
    Bhs.init(buffer, at, Opcode.LOGIN_RESPONSE);
    Bhs.setFlags(buffer, at, flags | csg << 2 | nsg);
    buffer.putLong(at + LoginRequestPdu.ISID_AT, isid << 16 | tsih);
  }

  /** Returns Version-active. */
  public static int versionActive(ByteBuffer buffer, int at) {
    return buffer.get(at + VERSION_ACTIVE_AT) & 0xFF;
  }

  /**
   * Returns the status: class in the high byte, detail in the low byte; see {@link LoginStatus}.
   */
  public static int status(ByteBuffer buffer, int at) {
    return buffer.getShort(at + STATUS_CLASS_AT) & 0xFFFF;
  }

  /** Sets the status: class in the high byte, detail in the low byte. */
  public static void setStatus(ByteBuffer buffer, int at, int status) {
    buffer.putShort(at + STATUS_CLASS_AT, (short) status);
  }
}
