package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/**
 * NOP-Out and NOP-In (RFC 7143 11.18, 11.19).
 *
 * <p>A ping carries a valid tag of its sender and the reserved tag of the other; the answer repeats
 * it. NOP-Out with the reserved ITT and NOP-In with the reserved TTT want no answer.
 */
public final class NopPdu {

  private NopPdu() {}

  /** Zeroes the header and sets opcode (of a NOP-Out), F and the tags. */
  public static void initOut(ByteBuffer buffer, int at, int itt, int ttt) {
    init(buffer, at, Opcode.NOP_OUT, itt, ttt);
  }

  /** Zeroes the header and sets opcode (of a NOP-In), F and the tags. */
  public static void initIn(ByteBuffer buffer, int at, int itt, int ttt) {
    init(buffer, at, Opcode.NOP_IN, itt, ttt);
  }

  private static void init(ByteBuffer buffer, int at, Opcode opcode, int itt, int ttt) {
    Bhs.init(buffer, at, opcode);
    Bhs.setFinal(buffer, at);
    Bhs.setItt(buffer, at, itt);
    Bhs.setTtt(buffer, at, ttt);
  }
}
