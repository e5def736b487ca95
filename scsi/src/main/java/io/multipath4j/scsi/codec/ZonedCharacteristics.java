package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.u32;

/**
 * VPD page B6h, zoned block device characteristics (ZBC-2 6.4).
 *
 * @param unrestrictedReads URSWRZ: reads may cross the write pointer and zone boundaries
 * @param optimalOpenPreferred best number of open sequential write preferred zones; {@link
 *     #NOT_REPORTED}
 * @param optimalNonSequentialPreferred best number of zones of that type that are not written
 *     sequentially; {@link #NOT_REPORTED}
 * @param maxOpenRequired most sequential write required zones that may be open; {@link
 *     #NOT_REPORTED} for no limit
 */
public record ZonedCharacteristics(
    boolean unrestrictedReads,
    long optimalOpenPreferred,
    long optimalNonSequentialPreferred,
    long maxOpenRequired) {

  /** No number is given, or there is no limit. */
  public static final long NOT_REPORTED = 0xFFFF_FFFFL;

  /** A page that reports nothing: for devices without it. */
  public static final ZonedCharacteristics NOTHING =
      new ZonedCharacteristics(false, NOT_REPORTED, NOT_REPORTED, NOT_REPORTED);

  private static final int CONTENT_BYTES = 0x3C;
  private static final int USED_BYTES = 20;

  /** Reads the page. */
  public static ZonedCharacteristics decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.ZONED_CHARACTERISTICS);
    if (end < USED_BYTES) {
      throw new MalformedDataException(
          "VPD page B6h of " + end + " bytes: expected at least " + USED_BYTES);
    }
    return new ZonedCharacteristics(
        bit(reply, 4, 0), u32(reply, 8), u32(reply, 12), u32(reply, 16));
  }

  /** Returns the most sequential write required zones that may be open; 0 for no limit. */
  public int maxOpen() {
    return maxOpenRequired == NOT_REPORTED ? 0 : (int) Math.min(maxOpenRequired, Integer.MAX_VALUE);
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public byte[] encode(int peripheral) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.ZONED_CHARACTERISTICS, CONTENT_BYTES);
    page[4] = (byte) (unrestrictedReads ? 1 : 0);
    put32(page, 8, (int) optimalOpenPreferred);
    put32(page, 12, (int) optimalNonSequentialPreferred);
    put32(page, 16, (int) maxOpenRequired);
    return page;
  }
}
