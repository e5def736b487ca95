package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** SCSI Command (RFC 7143 11.3). CmdSN, ExpStatSN, LUN and ITT: {@link Bhs}. */
public final class ScsiCommandPdu {

  /** Flag: the command reads (11.3.1). */
  public static final int READ = 0x40;

  /** Flag: the command writes (11.3.1). */
  public static final int WRITE = 0x20;

  /** Task attribute (11.3.2): simple. */
  public static final int ATTR_SIMPLE = 1;

  /** RFC 7143 11.3.4. */
  public static final int EXPECTED_DATA_TRANSFER_LENGTH_AT = 20;

  /** RFC 7143 11.3.7. */
  public static final int CDB_AT = 32;

  /** The CDB bytes that the header holds. */
  public static final int CDB_BYTES = 16;

  /** AHS type of the extended CDB (11.2.2.3). */
  public static final int AHS_EXTENDED_CDB = 1;

  private ScsiCommandPdu() {}

  /** Zeroes the header and sets opcode and byte 1: F (0x80), READ, WRITE, attribute. */
  public static void init(ByteBuffer buffer, int at, int flags) {
    Bhs.init(buffer, at, Opcode.SCSI_COMMAND);
    Bhs.setFlags(buffer, at, flags);
  }

  /** Tells whether the R bit is set. */
  public static boolean isRead(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & READ) != 0;
  }

  /** Tells whether the W bit is set. */
  public static boolean isWrite(ByteBuffer buffer, int at) {
    return (Bhs.flags(buffer, at) & WRITE) != 0;
  }

  /** Returns the task attribute, 0 to 7. */
  public static int attribute(ByteBuffer buffer, int at) {
    return Bhs.flags(buffer, at) & 7;
  }

  /** Returns the expected data transfer length, in bytes, unsigned. */
  public static int expectedDataTransferLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + EXPECTED_DATA_TRANSFER_LENGTH_AT);
  }

  /** Sets the expected data transfer length, in bytes. */
  public static void setExpectedDataTransferLength(ByteBuffer buffer, int at, int bytes) {
    buffer.putInt(at + EXPECTED_DATA_TRANSFER_LENGTH_AT, bytes);
  }

  /** Returns the AHS bytes that a CDB of this length needs: 0 for up to 16 bytes. */
  public static int ahsBytesFor(int cdbLength) {
    return cdbLength <= CDB_BYTES ? 0 : (4 + cdbLength - CDB_BYTES + 3) & ~3;
  }

  /**
   * Writes the CDB, with the extended CDB AHS behind the header when it has more than 16 bytes
   * (11.2.2.3); the buffer has room for {@link #ahsBytesFor} bytes there.
   */
  public static void setCdb(ByteBuffer buffer, int at, byte[] cdb, int cdbLength) {
    buffer.put(at + CDB_AT, cdb, 0, Math.min(cdbLength, CDB_BYTES));
    int ahsBytes = ahsBytesFor(cdbLength);
    if (ahsBytes > 0) {
      int extra = cdbLength - CDB_BYTES;
      Bhs.setAhsBytes(buffer, at, ahsBytes);
      buffer.putInt(at + Bhs.BYTES, (extra + 1) << 16 | AHS_EXTENDED_CDB << 8);
      buffer.put(at + Bhs.BYTES + 4, cdb, CDB_BYTES, extra);
      for (int i = 4 + extra; i < ahsBytes; i++) {
        buffer.put(at + Bhs.BYTES + i, (byte) 0);
      }
    }
  }

  /**
   * Reads the CDB, from the header and the extended CDB AHS if there is one; other AHS are skipped.
   *
   * @param cdb filled from index 0; what the PDU does not hold is not touched
   * @return how many bytes the PDU holds, 16 or more, at most {@code cdb.length}
   * @throws IscsiProtocolException when the AHS are malformed or the CDB is longer than {@code cdb}
   */
  public static int cdb(ByteBuffer buffer, int at, byte[] cdb) {
    buffer.get(at + CDB_AT, cdb, 0, CDB_BYTES);
    int end = at + Bhs.BYTES + Bhs.ahsBytes(buffer, at);
    int ahs = at + Bhs.BYTES;
    while (ahs < end) {
      int length = buffer.getShort(ahs) & 0xFFFF; // 11.2.2.2: without type, with the reserved byte
      int next = ahs + ((3 + length + 3) & ~3);
      if (length < 1 || next > end) {
        throw new IscsiProtocolException("AHSLength " + length + " goes beyond TotalAHSLength");
      }
      if ((buffer.get(ahs + 2) & 0x3F) == AHS_EXTENDED_CDB) {
        int extra = length - 1;
        if (CDB_BYTES + extra > cdb.length) {
          throw new IscsiProtocolException(
              "extended CDB of " + (CDB_BYTES + extra) + " bytes, at most " + cdb.length);
        }
        buffer.get(ahs + 4, cdb, CDB_BYTES, extra);
        return CDB_BYTES + extra;
      }
      ahs = next;
    }
    return CDB_BYTES;
  }
}
