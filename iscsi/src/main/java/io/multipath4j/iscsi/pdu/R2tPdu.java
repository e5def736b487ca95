package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Ready To Transfer (RFC 7143 11.8). LUN, ITT and TTT: {@link Bhs}. */
public final class R2tPdu {

  /** RFC 7143 11.8.1. */
  public static final int R2T_SN_AT = 36;

  /** RFC 7143 11.8.4. */
  public static final int BUFFER_OFFSET_AT = 40;

  /** RFC 7143 11.8.4. */
  public static final int DESIRED_DATA_TRANSFER_LENGTH_AT = 44;

  private R2tPdu() {}

  /** Zeroes the header and sets opcode and F. */
  public static void init(ByteBuffer buffer, int at) {
    Bhs.init(buffer, at, Opcode.R2T);
    Bhs.setFinal(buffer, at);
  }

  /** Returns R2TSN. */
  public static int r2tSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + R2T_SN_AT);
  }

  /** Sets R2TSN. */
  public static void setR2tSn(ByteBuffer buffer, int at, int r2tSn) {
    buffer.putInt(at + R2T_SN_AT, r2tSn);
  }

  /** Returns the offset of the wanted data in the command's transfer, in bytes, unsigned. */
  public static int bufferOffset(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BUFFER_OFFSET_AT);
  }

  /** Sets the offset of the wanted data, in bytes. */
  public static void setBufferOffset(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + BUFFER_OFFSET_AT, bytes);
  }

  /** Returns how many bytes are wanted, unsigned. */
  public static int desiredDataTransferLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + DESIRED_DATA_TRANSFER_LENGTH_AT);
  }

  /** Sets how many bytes are wanted. */
  public static void setDesiredDataTransferLength(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + DESIRED_DATA_TRANSFER_LENGTH_AT, bytes);
  }
}
