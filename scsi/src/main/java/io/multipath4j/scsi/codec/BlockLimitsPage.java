package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u32;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * VPD page B0h, block limits (SBC-4). Lengths are in logical blocks; 0 means "not reported" unless
 * said otherwise.
 *
 * @param writeSameNonZero WSNZ: WRITE SAME with a length of zero blocks is refused
 * @param maxCompareAndWriteBlocks 0 when COMPARE AND WRITE is not supported; at most 255
 * @param optimalGranularityBlocks optimal transfer length granularity
 * @param maxTransferBlocks longest READ or WRITE
 * @param optimalTransferBlocks best length of a large transfer
 * @param maxUnmapBlocks most blocks of one UNMAP; 0 when UNMAP is not supported; FFFFFFFFh is no
 *     limit
 * @param maxUnmapDescriptors most descriptors of one UNMAP
 * @param unmapGranularityBlocks optimal unmap granularity
 * @param unmapAlignment LBA of the first granule, -1 when not valid
 * @param maxWriteSameBlocks longest WRITE SAME
 */
public record BlockLimitsPage(
    boolean writeSameNonZero,
    int maxCompareAndWriteBlocks,
    int optimalGranularityBlocks,
    long maxTransferBlocks,
    long optimalTransferBlocks,
    long maxUnmapBlocks,
    long maxUnmapDescriptors,
    long unmapGranularityBlocks,
    long unmapAlignment,
    long maxWriteSameBlocks) {

  /** A page that reports nothing: for devices without it. */
  public static final BlockLimitsPage NOTHING =
      new BlockLimitsPage(false, 0, 0, 0, 0, 0, 0, 0, -1, 0);

  private static final int CONTENT_BYTES = 0x3C;

  /** What SBC-2 had: everything up to the optimal transfer length. */
  private static final int SHORT_PAGE_BYTES = 16;

  private static final int FULL_PAGE_BYTES = 44;

  /** Reads the page, in the short form of SBC-2 or the full one. */
  public static BlockLimitsPage decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.BLOCK_LIMITS);
    if (end < SHORT_PAGE_BYTES) {
      throw new MalformedDataException(
          "VPD page B0h of " + end + " bytes: expected at least " + SHORT_PAGE_BYTES);
    }
    boolean full = end >= FULL_PAGE_BYTES;
    return new BlockLimitsPage(
        bit(reply, 4, 0),
        u8(reply, 5),
        u16(reply, 6),
        u32(reply, 8),
        u32(reply, 12),
        full ? u32(reply, 20) : 0,
        full ? u32(reply, 24) : 0,
        full ? u32(reply, 28) : 0,
        full && bit(reply, 32, 7) ? u32(reply, 32) & 0x7FFF_FFFF : -1,
        full ? Math.max(0, i64(reply, 36)) : 0);
  }

  /**
   * Returns the page in its full form.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public byte[] encode(int peripheral) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.BLOCK_LIMITS, CONTENT_BYTES);
    page[4] = (byte) (writeSameNonZero ? 1 : 0);
    page[5] = (byte) maxCompareAndWriteBlocks;
    put16(page, 6, optimalGranularityBlocks);
    put32(page, 8, (int) maxTransferBlocks);
    put32(page, 12, (int) optimalTransferBlocks);
    put32(page, 20, (int) maxUnmapBlocks);
    put32(page, 24, (int) maxUnmapDescriptors);
    put32(page, 28, (int) unmapGranularityBlocks);
    if (unmapAlignment >= 0) {
      put32(page, 32, (int) unmapAlignment | 1 << 31);
    }
    put64(page, 36, maxWriteSameBlocks);
    return page;
  }
}
