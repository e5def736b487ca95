package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Login Request (RFC 7143 11.12). CmdSN, ExpStatSN and ITT: {@link Bhs}; always immediate. */
public final class LoginRequestPdu {

  /** Flag T: ready to go to the next stage (11.12.2). */
  public static final int TRANSIT = 0x80;

  /** Flag C: the text goes on in the next PDU (11.12.3). */
  public static final int CONTINUE = 0x40;

  /** Stage (11.12.3): security negotiation. */
  public static final int SECURITY_NEGOTIATION = 0;

  /** Stage (11.12.3): operational negotiation. */
  public static final int OPERATIONAL_NEGOTIATION = 1;

  /** Stage (11.12.3): full feature phase. */
  public static final int FULL_FEATURE_PHASE = 3;

  /** RFC 7143 11.12.4. */
  public static final int VERSION_MAX_AT = 2;

  /** RFC 7143 11.12.4. */
  public static final int VERSION_MIN_AT = 3;

  /** RFC 7143 11.12.5; 6 bytes. */
  public static final int ISID_AT = 8;

  /** RFC 7143 11.12.6. */
  public static final int TSIH_AT = 14;

  /** RFC 7143 11.12.7. */
  public static final int CID_AT = 20;

  private LoginRequestPdu() {}

  /** Zeroes the header and sets opcode, I, T, C, stages, ISID and TSIH; version 0. */
  public static void init(
      ByteBuffer buffer, int at, int flags, int csg, int nsg, long isid, int tsih) {
    Bhs.init(buffer, at, Opcode.LOGIN_REQUEST);
    Bhs.setImmediate(buffer, at);
    Bhs.setFlags(buffer, at, flags | csg << 2 | nsg);
    buffer.putLong(at + ISID_AT, isid << 16 | tsih);
  }

  /** Tells whether the T bit is set. */
  public static boolean isTransit(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & TRANSIT) != 0;
  }

  /** Tells whether the C bit is set. */
  public static boolean isContinued(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & CONTINUE) != 0;
  }

  /** Returns the current stage. */
  public static int currentStage(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) >> 2 & 3;
  }

  /** Returns the next stage; valid with T. */
  public static int nextStage(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) & 3;
  }

  /** Returns Version-max. */
  public static int versionMax(ByteBuffer buffer, int at) {
    return buffer.get(at + VERSION_MAX_AT) & 0xFF;
  }

  /** Returns Version-min. */
  public static int versionMin(ByteBuffer buffer, int at) {
    return buffer.get(at + VERSION_MIN_AT) & 0xFF;
  }

  /** Returns the ISID, 48 bits. */
  public static long isid(ByteBuffer buffer, int at) {
    return buffer.getLong(at + ISID_AT) >>> 16;
  }

  /** Returns the TSIH; 0 asks for a new session. */
  public static int tsih(ByteBuffer buffer, int at) {
    return buffer.getShort(at + TSIH_AT) & 0xFFFF;
  }

  /** Returns the connection id. */
  public static int cid(ByteBuffer buffer, int at) {
    return buffer.getShort(at + CID_AT) & 0xFFFF;
  }

  /** Sets the connection id. */
  public static void setCid(ByteBuffer buffer, int at, int cid) {
    buffer.putShort(at + CID_AT, (short) cid);
  }
}
