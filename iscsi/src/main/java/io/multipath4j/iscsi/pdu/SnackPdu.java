package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** SNACK Request (RFC 7143 11.16). Read only: nobody sends it at error recovery level 0. */
public final class SnackPdu {

  /** RFC 7143 11.16.5. */
  public static final int BEG_RUN_AT = 40;

  /** RFC 7143 11.16.6. */
  public static final int RUN_LENGTH_AT = 44;

  private SnackPdu() {}

  /** Returns the type (11.16.1). */
  public static int type(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) & 0x0F;
  }

  /** Returns BegRun. */
  public static int begRun(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BEG_RUN_AT);
  }

  /** Returns RunLength. */
  public static int runLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + RUN_LENGTH_AT);
  }
}
