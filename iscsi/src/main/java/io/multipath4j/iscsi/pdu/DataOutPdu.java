package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** SCSI Data-Out (RFC 7143 11.7). It has no CmdSN. */
public final class DataOutPdu {

  /** RFC 7143 11.7.5. */
  public static final int DATA_SN_AT = 36;

  /** RFC 7143 11.7.6. */
  public static final int BUFFER_OFFSET_AT = 40;

  private DataOutPdu() {}

  /** Zeroes the header and sets opcode and F. */
  public static void init(ByteBuffer buffer, int at, boolean isFinal) {
    Bhs.init(buffer, at, Opcode.DATA_OUT);
    if (isFinal) {
      Bhs.setFinal(buffer, at);
    }
  }

  /** Returns DataSN. */
  public static int dataSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + DATA_SN_AT);
  }

  /** Sets DataSN. */
  public static void setDataSn(ByteBuffer buffer, int at, int dataSn) {
    buffer.putInt(at + DATA_SN_AT, dataSn);
  }

  /** Returns the offset of this data in the command's transfer, in bytes, unsigned. */
  public static int bufferOffset(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BUFFER_OFFSET_AT);
  }

  /** Sets the offset of this data in the command's transfer, in bytes. */
  public static void setBufferOffset(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + BUFFER_OFFSET_AT, bytes);
  }
}
