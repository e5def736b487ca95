package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/**
 * SCSI Response (RFC 7143 11.4). The data segment is a 2-byte SenseLength, the sense data, and
 * response data (11.4.7). StatSN, ExpCmdSN, MaxCmdSN and ITT: {@link Bhs}.
 */
public final class ScsiResponsePdu {

  /** Flag: residual overflow (11.4.1). */
  public static final int OVERFLOW = 0x04;

  /** Flag: residual underflow (11.4.1). */
  public static final int UNDERFLOW = 0x02;

  /** Response (11.4.3): the command completed at the target. */
  public static final int COMPLETED_AT_TARGET = 0x00;

  /** Response (11.4.3): target failure. */
  public static final int TARGET_FAILURE = 0x01;

  /** RFC 7143 11.4.3. */
  public static final int RESPONSE_AT = 2;

  /** RFC 7143 11.4.2. */
  public static final int STATUS_AT = 3;

  /** RFC 7143 11.4.11. */
  public static final int EXP_DATA_SN_AT = 36;

  /** RFC 7143 11.4.5.1. */
  public static final int RESIDUAL_COUNT_AT = 44;

  private ScsiResponsePdu() {}

  /** Zeroes the header and sets opcode, F, the residual flags, response and status. */
  public static void init(ByteBuffer buffer, int at, int residualFlags, int response, int status) {
    Bhs.init(buffer, at, Opcode.SCSI_RESPONSE);
    Bhs.setFlags(buffer, at, 0x80 | residualFlags);
    buffer.put(at + RESPONSE_AT, (byte) response);
    buffer.put(at + STATUS_AT, (byte) status);
  }

  /** Returns the iSCSI service response. */
  public static int response(ByteBuffer buffer, int at) {
    return buffer.get(at + RESPONSE_AT) & 0xFF;
  }

  /** Returns the SCSI status byte. */
  public static int status(ByteBuffer buffer, int at) {
    return buffer.get(at + STATUS_AT) & 0xFF;
  }

  /** Returns ExpDataSN: how many Data-In and R2T PDUs the target sent for the command. */
  public static int expDataSn(ByteBuffer buffer, int at) {
    return buffer.getInt(at + EXP_DATA_SN_AT);
  }

  /** Sets ExpDataSN. */
  public static void setExpDataSn(ByteBuffer buffer, int at, int expDataSn) {
    buffer.putInt(at + EXP_DATA_SN_AT, expDataSn);
  }

  /** Returns the residual count, in bytes, unsigned. */
  public static int residualCount(ByteBuffer buffer, int at) {
    return buffer.getInt(at + RESIDUAL_COUNT_AT);
  }

  /** Sets the residual count, in bytes. */
  public static void setResidualCount(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + RESIDUAL_COUNT_AT, bytes);
  }
}
