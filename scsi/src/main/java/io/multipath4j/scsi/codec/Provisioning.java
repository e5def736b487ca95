package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * VPD page B2h, logical block provisioning (SBC-4).
 *
 * @param thresholdExponent 2 to the power of this many blocks is one threshold unit; 0 none
 * @param unmap LBPU: UNMAP is supported
 * @param writeSame16Unmap LBPWS: WRITE SAME(16) may unmap
 * @param writeSame10Unmap LBPWS10: WRITE SAME(10) may unmap
 * @param unmappedReadsZero LBPRZ, 0 to 7: 1 (or any odd value) when an unmapped block reads as
 *     zeroes
 * @param type 0 not reported or full, 1 resource, 2 thin
 */
public record Provisioning(
    int thresholdExponent,
    boolean unmap,
    boolean writeSame16Unmap,
    boolean writeSame10Unmap,
    int unmappedReadsZero,
    int type) {

  /** Provisioning type: resource provisioned. */
  public static final int RESOURCE = 1;

  /** Provisioning type: thin provisioned. */
  public static final int THIN = 2;

  private static final int CONTENT_BYTES = 4;

  /** Reads the page. */
  public static Provisioning decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.PROVISIONING);
    if (end < VpdPage.HEADER_BYTES + CONTENT_BYTES) {
      throw new MalformedDataException("VPD page B2h of " + end + " bytes: expected at least 8");
    }
    return new Provisioning(
        u8(reply, 4),
        bit(reply, 5, 7),
        bit(reply, 5, 6),
        bit(reply, 5, 5),
        reply[5] >> 2 & 7,
        reply[6] & 7);
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public byte[] encode(int peripheral) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.PROVISIONING, CONTENT_BYTES);
    page[4] = (byte) thresholdExponent;
    page[5] =
        (byte)
            ((unmap ? 0x80 : 0)
                | (writeSame16Unmap ? 0x40 : 0)
                | (writeSame10Unmap ? 0x20 : 0)
                | unmappedReadsZero << 2);
    page[6] = (byte) type;
    return page;
  }
}
