package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;

/**
 * VPD page B1h, block device characteristics (SBC-4).
 *
 * @param rotationRate 0 not reported, 1 non-rotating medium, else revolutions per minute
 * @param formFactor nominal form factor, 0 not reported
 * @param zoned ZONED field: 0 not reported, 1 host-aware, 2 device-managed
 */
public record BlockCharacteristics(int rotationRate, int formFactor, int zoned) {

  /** A page that reports nothing: for devices without it. */
  public static final BlockCharacteristics NOTHING = new BlockCharacteristics(0, 0, 0);

  /** Rotation rate of a medium that does not rotate. */
  public static final int NON_ROTATING = 1;

  /** ZONED field: written in any order, but better in the order of its zones. */
  public static final int HOST_AWARE = 1;

  private static final int CONTENT_BYTES = 0x3C;
  private static final int USED_BYTES = 9;

  /** Reads the page. */
  public static BlockCharacteristics decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.BLOCK_CHARACTERISTICS);
    if (end < USED_BYTES) {
      throw new MalformedDataException(
          "VPD page B1h of " + end + " bytes: expected at least " + USED_BYTES);
    }
    return new BlockCharacteristics(u16(reply, 4), reply[7] & 0xF, reply[8] >> 4 & 3);
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public byte[] encode(int peripheral) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.BLOCK_CHARACTERISTICS, CONTENT_BYTES);
    put16(page, 4, rotationRate);
    page[7] = (byte) formFactor;
    page[8] = (byte) (zoned << 4);
    return page;
  }
}
