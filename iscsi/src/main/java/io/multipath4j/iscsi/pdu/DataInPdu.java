package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** SCSI Data-In (RFC 7143 11.7). */
public final class DataInPdu {

  /** Flag: acknowledge (error recovery level 1 and above). */
  public static final int ACKNOWLEDGE = 0x40;

  /** Flag: residual overflow; with S only. */
  public static final int OVERFLOW = 0x04;

  /** Flag: residual underflow; with S only. */
  public static final int UNDERFLOW = 0x02;

  /** Flag: this PDU carries the status of the command (11.7.3). */
  public static final int STATUS = 0x01;

  /** RFC 7143 11.4.2. */
  public static final int STATUS_AT = 3;

  /** RFC 7143 11.7.5. */
  public static final int DATA_SN_AT = 36;

  /** RFC 7143 11.7.6. */
  public static final int BUFFER_OFFSET_AT = 40;

  /** RFC 7143 11.4.5.1. */
  public static final int RESIDUAL_COUNT_AT = 44;

  private DataInPdu() {}

  /** Zeroes the header and sets opcode, byte 1, and the reserved Target Transfer Tag. */
  public static void init(ByteBuffer buffer, int at, int flags) {
    Bhs.init(buffer, at, Opcode.DATA_IN);
    Bhs.setFlags(buffer, at, flags);
    Bhs.setTtt(buffer, at, Bhs.RESERVED_TAG);
  }

  /** Tells whether the S bit is set: status and StatSN are valid. */
  public static boolean hasStatus(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & STATUS) != 0;
  }

  /** Returns the SCSI status byte; valid with S. */
  public static int status(ByteBuffer buffer, int at) {
    return buffer.get(at + STATUS_AT) & 0xFF;
  }

  /** Sets the SCSI status byte. */
  public static void setStatus(ByteBuffer buffer, int at, int status) {
    buffer.put(at + STATUS_AT, (byte) status);
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

  /** Returns the residual count, in bytes, unsigned; valid with S. */
  public static int residualCount(ByteBuffer buffer, int at) {
    return buffer.getInt(at + RESIDUAL_COUNT_AT);
  }

  /** Sets the residual count, in bytes. */
  public static void setResidualCount(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + RESIDUAL_COUNT_AT, bytes);
  }
}
