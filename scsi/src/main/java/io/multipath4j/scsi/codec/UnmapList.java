package io.multipath4j.scsi.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The parameter list of UNMAP (SBC-4), in a big-endian buffer.
 *
 * <pre>
 *   byte 0  UNMAP data length: bytes that follow this field (two bytes)
 *   byte 2  UNMAP block descriptor data length (two bytes), a multiple of 16
 *   byte 8  descriptors: LBA (eight bytes), number of blocks (four), reserved (four)
 * </pre>
 */
public final class UnmapList {

  /** Length in bytes of a list with one descriptor. */
  public static final int ONE_RANGE_BYTES = 24;

  private static final int HEADER_BYTES = 8;
  private static final int DESCRIPTOR_BYTES = 16;

  /** Told each range of a list. */
  @FunctionalInterface
  public interface Ranges {

    /**
     * One descriptor.
     *
     * @param lba unsigned; a negative number is beyond every medium
     * @param blocks 0 to FFFFFFFFh
     */
    void range(long lba, long blocks);
  }

  private UnmapList() {}

  /**
   * Writes a list with one descriptor at index 0 of {@code to}; allocates nothing.
   *
   * @param blocks 1 to FFFFFFFFh
   */
  public static void encodeOne(ByteBuffer to, long lba, long blocks) {
    if (to.order() != ByteOrder.BIG_ENDIAN) {
      throw new IllegalArgumentException("the buffer is not big-endian");
    }
    to.putShort(0, (short) (ONE_RANGE_BYTES - 2));
    to.putShort(2, (short) DESCRIPTOR_BYTES);
    to.putInt(4, 0);
    to.putLong(HEADER_BYTES, lba);
    to.putInt(HEADER_BYTES + 8, (int) blocks);
    to.putInt(HEADER_BYTES + 12, 0);
  }

  /**
   * Reads a list and tells each range, in order. Nothing is told when the list is malformed.
   *
   * @param from big-endian; its position and limit are not used
   * @param length bytes of the list, from index {@code offset} on
   * @throws MalformedDataException when the list is shorter than it announces; a target answers
   *     ILLEGAL REQUEST 1Ah/00h (parameter list length error)
   */
  public static void decode(ByteBuffer from, int offset, int length, Ranges ranges)
      throws MalformedDataException {
    if (length == 0) {
      return;
    }
    if (length < HEADER_BYTES) {
      throw new MalformedDataException("UNMAP list of " + length + " bytes: expected 8 or more");
    }
    int descriptorBytes = from.getShort(offset + 2) & 0xFFFF;
    // SBC-4: what is left of an incomplete last descriptor is ignored.
    int usedBytes = descriptorBytes / DESCRIPTOR_BYTES * DESCRIPTOR_BYTES;
    if (HEADER_BYTES + usedBytes > length) {
      throw new MalformedDataException(
          "UNMAP list of " + length + " bytes announces " + descriptorBytes + " of descriptors");
    }
    for (int at = offset + HEADER_BYTES;
        at < offset + HEADER_BYTES + usedBytes;
        at += DESCRIPTOR_BYTES) {
      ranges.range(from.getLong(at), from.getInt(at + 8) & 0xFFFF_FFFFL);
    }
  }
}
