package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u32;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * What READ CAPACITY tells (SBC-4).
 *
 * @param lastLba the last logical block's address
 * @param blockBytes logical block length in bytes
 * @param physicalExponent a physical block has 2 to the power of this many logical blocks, 0 to 15
 * @param lowestAlignedLba the first LBA that starts a physical block, 0 to 16383
 * @param provisioned LBPME: logical block provisioning management is on
 * @param unmappedReadsZero LBPRZ: an unmapped block reads as zeroes
 * @param protection PROT_EN: formatted with protection information
 */
public record Capacity(
    long lastLba,
    int blockBytes,
    int physicalExponent,
    int lowestAlignedLba,
    boolean provisioned,
    boolean unmappedReadsZero,
    boolean protection) {

  /** Length in bytes of the reply to READ CAPACITY(10). */
  public static final int BYTES_10 = 8;

  /** Length in bytes of the reply to READ CAPACITY(16). */
  public static final int BYTES_16 = 32;

  /** Largest logical block that is taken, in bytes. */
  public static final int MAX_BLOCK_BYTES = 1 << 20;

  /** Makes the capacity of a plain device with {@code blocks} logical blocks. */
  public static Capacity of(long blocks, int blockBytes) {
    return new Capacity(blocks - 1, blockBytes, 0, 0, false, false, false);
  }

  /** Returns the number of logical blocks. */
  public long blocks() {
    return lastLba + 1;
  }

  /** Returns the size in bytes. */
  public long bytes() {
    return blocks() * blockBytes;
  }

  /** Returns a physical block's length in bytes. */
  public int physicalBlockBytes() {
    return blockBytes << physicalExponent;
  }

  /**
   * Reads the reply to READ CAPACITY(10). A last LBA of FFFFFFFFh means "more than this form can
   * say: ask with READ CAPACITY(16)", see {@link #exceedsReadCapacity10()}.
   */
  public static Capacity decode10(byte[] reply) throws MalformedDataException {
    if (reply.length < BYTES_10) {
      throw new MalformedDataException(
          "READ CAPACITY(10) data of " + reply.length + " bytes: expected " + BYTES_10);
    }
    return checked(new Capacity(u32(reply, 0), (int) u32(reply, 4), 0, 0, false, false, false));
  }

  /** Reads the reply to READ CAPACITY(16); at least its first 12 bytes must be there. */
  public static Capacity decode16(byte[] reply) throws MalformedDataException {
    if (reply.length < 12) {
      throw new MalformedDataException(
          "READ CAPACITY(16) data of " + reply.length + " bytes: expected " + BYTES_16);
    }
    boolean full = reply.length >= 16;
    return checked(
        new Capacity(
            i64(reply, 0),
            (int) u32(reply, 8),
            full ? u8(reply, 13) & 0xF : 0,
            full ? u16(reply, 14) & 0x3FFF : 0,
            full && bit(reply, 14, 7),
            full && bit(reply, 14, 6),
            full && bit(reply, 12, 0)));
  }

  private static Capacity checked(Capacity c) throws MalformedDataException {
    if (c.blockBytes < 512
        || c.blockBytes > MAX_BLOCK_BYTES
        || Integer.bitCount(c.blockBytes) != 1) {
      throw new MalformedDataException(
          "READ CAPACITY announces a logical block of "
              + Integer.toUnsignedString(c.blockBytes)
              + " bytes: expected a power of two from 512 to "
              + MAX_BLOCK_BYTES);
    }
    if ((long) c.blockBytes << c.physicalExponent > Integer.MAX_VALUE) {
      throw new MalformedDataException(
          "READ CAPACITY announces a physical block of 2^"
              + c.physicalExponent
              + " logical blocks of "
              + c.blockBytes
              + " bytes");
    }
    if (c.lastLba < 0 || c.lastLba >= Long.MAX_VALUE / c.blockBytes) {
      throw new MalformedDataException(
          "READ CAPACITY announces "
              + Long.toUnsignedString(c.lastLba)
              + " as the last LBA: the size in bytes does not fit 63 bits");
    }
    return c;
  }

  /** Tells whether READ CAPACITY(10) cannot carry this capacity. */
  public boolean exceedsReadCapacity10() {
    return lastLba >= 0xFFFF_FFFFL;
  }

  /** Returns the reply to READ CAPACITY(10); FFFFFFFFh stands for a larger last LBA. */
  public byte[] encode10() {
    byte[] data = new byte[BYTES_10];
    put32(data, 0, exceedsReadCapacity10() ? -1 : (int) lastLba);
    put32(data, 4, blockBytes);
    return data;
  }

  /** Returns the reply to READ CAPACITY(16). */
  public byte[] encode16() {
    byte[] data = new byte[BYTES_16];
    put64(data, 0, lastLba);
    put32(data, 8, blockBytes);
    data[12] = (byte) (protection ? 1 : 0);
    data[13] = (byte) physicalExponent;
    data[14] =
        (byte) ((provisioned ? 0x80 : 0) | (unmappedReadsZero ? 0x40 : 0) | lowestAlignedLba >> 8);
    data[15] = (byte) lowestAlignedLba;
    return data;
  }
}
