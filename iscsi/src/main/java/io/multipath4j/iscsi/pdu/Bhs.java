package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/**
 * The basic header segment (RFC 7143 11.2.1), 48 bytes, and the fields that several PDUs have at
 * one place.
 *
 * <pre>
 *   0  |.|I| opcode    |F| specific to the opcode            |
 *   4  | TotalAHSLength | DataSegmentLength (3 bytes)         |
 *   8  | LUN, or specific to the opcode (8 bytes)             |
 *  16  | Initiator Task Tag                                   |
 *  20  | Target Transfer Tag, or specific to the opcode       |
 *  24  | CmdSN               | StatSN     (from the target)   |
 *  28  | ExpStatSN           | ExpCmdSN   (from the target)   |
 *  32  | specific            | MaxCmdSN   (from the target)   |
 * </pre>
 *
 * <p>This and its neighbours are views: they hold nothing and allocate nothing. {@code at} is the
 * index of the header's first byte in a big-endian buffer; position and limit are not used.
 */
public final class Bhs {

  /** Length of the header, in bytes. */
  public static final int BYTES = 48;

  /** The tag that means "none" (RFC 7143 11.2.1.8, 11.19). */
  public static final int RESERVED_TAG = 0xFFFF_FFFF;

  /** The longest data segment that three bytes announce. */
  public static final int MAX_DATA_SEGMENT_BYTES = 0xFF_FFFF;

  /** The longest additional header segments that one byte of words announces, in bytes. */
  public static final int MAX_AHS_BYTES = 255 * 4;

  /** RFC 7143 11.2.1.1 and 11.2.1.2: byte 0. */
  public static final int OPCODE_AT = 0;

  /** RFC 7143 11.2.1.3: byte 1, of which bit 7 is F. */
  public static final int FLAGS_AT = 1;

  /** RFC 7143 11.2.1.5. */
  public static final int TOTAL_AHS_LENGTH_AT = 4;

  /** RFC 7143 11.2.1.6. */
  public static final int DATA_SEGMENT_LENGTH_AT = 5;

  /** RFC 7143 11.2.1.7. */
  public static final int LUN_AT = 8;

  /** RFC 7143 11.2.1.8. */
  public static final int ITT_AT = 16;

  /** RFC 7143 11.7.4, 11.8.5, 11.18.3 and others. */
  public static final int TTT_AT = 20;

  /** RFC 7143 11.3.5 (initiator to target). */
  public static final int CMD_SN_AT = 24;

  /** RFC 7143 11.3.6 (initiator to target). */
  public static final int EXP_STAT_SN_AT = 28;

  /** RFC 7143 11.4.8 (target to initiator). */
  public static final int STAT_SN_AT = 24;

  /** RFC 7143 11.4.9 (target to initiator). */
  public static final int EXP_CMD_SN_AT = 28;

  /** RFC 7143 11.4.10 (target to initiator). */
  public static final int MAX_CMD_SN_AT = 32;

  private static final int IMMEDIATE = 0x40;
  private static final int FINAL = 0x80;

  private Bhs() {}

  /** Zeroes the header and sets its opcode. */
  public static void init(ByteBuffer buffer, int at, Opcode opcode) {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      buffer.putLong(at + i, 0);
    }
    buffer.put(at + OPCODE_AT, (byte) opcode.code());
  }

  /** Returns the opcode's number; see {@link Opcode#of}. */
  public static int opcode(ByteBuffer buffer, int at) {
    return buffer.get(at + OPCODE_AT) & 0x3F;
  }

  /** Tells whether the I bit is set. */
  public static boolean isImmediate(ByteBuffer buffer, int at) {
    return (buffer.get(at + OPCODE_AT) & IMMEDIATE) != 0;
  }

  /** Sets the I bit. */
  public static void setImmediate(ByteBuffer buffer, int at) {
    buffer.put(at + OPCODE_AT, (byte) (buffer.get(at + OPCODE_AT) | IMMEDIATE));
  }

  /** Returns byte 1: F and what the opcode puts beside it. */
  public static int flags(ByteBuffer buffer, int at) {
    return buffer.get(at + FLAGS_AT) & 0xFF;
  }

  /** Sets byte 1. */
  public static void setFlags(ByteBuffer buffer, int at, int flags) {
    buffer.put(at + FLAGS_AT, (byte) flags);
  }

  /** Tells whether the F bit is set. */
  public static boolean isFinal(ByteBuffer buffer, int at) {
    return (buffer.get(at + FLAGS_AT) & FINAL) != 0;
  }

  /** Sets the F bit. */
  public static void setFinal(ByteBuffer buffer, int at) {
    buffer.put(at + FLAGS_AT, (byte) (buffer.get(at + FLAGS_AT) | FINAL));
  }

  /** Returns the length of the additional header segments in bytes, 0 to 1020. */
  public static int ahsBytes(ByteBuffer buffer, int at) {
    return (buffer.get(at + TOTAL_AHS_LENGTH_AT) & 0xFF) * 4;
  }

  /** Sets the length of the additional header segments, in bytes; a multiple of 4. */
  public static void setAhsBytes(ByteBuffer buffer, int at, int ahsBytes) {
    buffer.put(at + TOTAL_AHS_LENGTH_AT, (byte) (ahsBytes / 4));
  }

  /** Returns the length of the data segment in bytes, without padding. */
  public static int dataSegmentLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + TOTAL_AHS_LENGTH_AT) & MAX_DATA_SEGMENT_BYTES;
  }

  /** Sets the length of the data segment, in bytes, without padding. */
  public static void setDataSegmentLength(ByteBuffer buffer, int at, int bytes) {
    int ahsWords = buffer.get(at + TOTAL_AHS_LENGTH_AT) & 0xFF;
    buffer.putInt(at + TOTAL_AHS_LENGTH_AT, ahsWords << 24 | bytes);
  }

  /** Returns how many zero bytes follow a data segment of this length. */
  public static int padding(int dataSegmentLength) {
    return -dataSegmentLength & 3;
  }

  /** Returns the LUN (SAM-5 4.7) as a big-endian number. */
  public static long lun(ByteBuffer buffer, int at) {
    return buffer.getLong(at + LUN_AT);
  }

  /** Sets the LUN. */
  public static void setLun(ByteBuffer buffer, int at, long lun) {
    buffer.putLong(at + LUN_AT, lun);
  }

  /** Returns the Initiator Task Tag. */
  public static int itt(ByteBuffer buffer, int at) {
    return buffer.getInt(at + ITT_AT);
  }

  /** Sets the Initiator Task Tag. */
  public static void setItt(ByteBuffer buffer, int at, int itt) {
    buffer.putInt(at + ITT_AT, itt);
  }

  /** Returns the Target Transfer Tag. */
  public static int ttt(ByteBuffer buffer, int at) {
    return buffer.getInt(at + TTT_AT);
  }

  /** Sets the Target Transfer Tag. */
  public static void setTtt(ByteBuffer buffer, int at, int ttt) {
    buffer.putInt(at + TTT_AT, ttt);
  }

  /** Returns CmdSN. */
  public static int cmdSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CMD_SN_AT);
  }

  /** Sets CmdSN. */
  public static void setCmdSn(ByteBuffer buffer, int at, int cmdSn) {
    buffer.putInt(at + CMD_SN_AT, cmdSn);
  }

  /** Returns ExpStatSN. */
  public static int expStatSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + EXP_STAT_SN_AT);
  }

  /** Sets ExpStatSN. */
  public static void setExpStatSn(ByteBuffer buffer, int at, int expStatSn) {
    buffer.putInt(at + EXP_STAT_SN_AT, expStatSn);
  }

  /** Returns StatSN. */
  public static int statSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + STAT_SN_AT);
  }

  /** Sets StatSN. */
  public static void setStatSn(ByteBuffer buffer, int at, int statSn) {
    buffer.putInt(at + STAT_SN_AT, statSn);
  }

  /** Returns ExpCmdSN. */
  public static int expCmdSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + EXP_CMD_SN_AT);
  }

  /** Sets ExpCmdSN. */
  public static void setExpCmdSn(ByteBuffer buffer, int at, int expCmdSn) {
    buffer.putInt(at + EXP_CMD_SN_AT, expCmdSn);
  }

  /** Returns MaxCmdSN. */
  public static int maxCmdSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + MAX_CMD_SN_AT);
  }

  /** Sets MaxCmdSN. */
  public static void setMaxCmdSn(ByteBuffer buffer, int at, int maxCmdSn) {
    buffer.putInt(at + MAX_CMD_SN_AT, maxCmdSn);
  }

  /** Describes a header for a message: its type and tag. */
  public static String describe(ByteBuffer buffer, int at) {
    Opcode opcode = Opcode.of(opcode(buffer, at));
    String type = opcode == null ? "opcode 0x" + hex(opcode(buffer, at)) : opcode.name();
    return type + " with ITT 0x" + hex(itt(buffer, at));
  }

  private static String hex(int value) {
    return Integer.toHexString(value);
  }
}
