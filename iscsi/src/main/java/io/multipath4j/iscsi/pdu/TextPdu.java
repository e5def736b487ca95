package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Text Request and Text Response (RFC 7143 11.10, 11.11): the same fields. */
public final class TextPdu {

  /** Flag C: the text goes on in the next PDU (11.10.2). */
  public static final int CONTINUE = 0x40;

  private TextPdu() {}

  /** Zeroes the header and sets opcode (of a Text Request), byte 1 and the TTT. */
  public static void initRequest(ByteBuffer buffer, int at, int flags, int ttt) {
    Bhs.init(buffer, at, Opcode.TEXT_REQUEST);
    Bhs.setFlags(buffer, at, flags);
    Bhs.setTtt(buffer, at, ttt);
  }

  /** Zeroes the header and sets opcode (of a Text Response), byte 1 and the TTT. */
  public static void initResponse(ByteBuffer buffer, int at, int flags, int ttt) {
    Bhs.init(buffer, at, Opcode.TEXT_RESPONSE);
    Bhs.setFlags(buffer, at, flags);
    Bhs.setTtt(buffer, at, ttt);
  }

  /** Tells whether the C bit is set. */
  public static boolean isContinued(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & CONTINUE) != 0;
  }
}
