package io.multipath4j.scsi;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Provisioning;

/**
 * What a disk's properties mean for its I/O. Made anew when they change.
 *
 * @param block the limits as the block layer sees them
 * @param blocks size in logical blocks; 0 when it is not known
 * @param blockShift the logical block is 2 to the power of this many bytes
 * @param discard how to discard
 * @param unmapZeroes WRITE SAME(16) with UNMAP leaves a range that reads as zeroes
 */
record DiskLimits(
    BlockLimits block, long blocks, int blockShift, Discard discard, boolean unmapZeroes) {

  /** Longest READ or WRITE, in bytes, of a device and a transport that name no limit. */
  static final int MAX_TRANSFER_BYTES = 16 << 20;

  /** Longest WRITE SAME, in blocks, of a device that names no limit (as WRITE SAME(10) has it). */
  static final long DEFAULT_WRITE_SAME_BLOCKS = Cdb.MAX_BLOCKS_10;

  private static final long MAX_BLOCKS_16 = 0xFFFF_FFFFL;
  private static final int DEFAULT_BLOCK_BYTES = 512;

  /** The command that discards. */
  enum Discard {
    NONE,
    UNMAP,
    WRITE_SAME_16,
    WRITE_SAME_10
  }

  /**
   * Works out the limits.
   *
   * @param noDiscard the device has refused to discard
   * @param noWriteSame the device has refused WRITE SAME
   */
  static DiskLimits of(
      DeviceProperties told, ScsiTransport transport, boolean noDiscard, boolean noWriteSame) {
    Capacity capacity = told.capacity();
    BlockLimitsPage page = told.blockLimits();
    int block = capacity == null ? DEFAULT_BLOCK_BYTES : capacity.blockBytes();
    int physical = capacity == null ? block : capacity.physicalBlockBytes();
    Discard discard = noDiscard ? Discard.NONE : discard(told);
    long writeSame =
        page.maxWriteSameBlocks() > 0
            ? Math.min(page.maxWriteSameBlocks(), MAX_BLOCKS_16)
            : DEFAULT_WRITE_SAME_BLOCKS;
    boolean canWriteSame = !noWriteSame && hasWriteSame(told);
    long discardBlocks =
        switch (discard) {
          case NONE -> 0;
          case UNMAP -> page.maxUnmapBlocks();
          case WRITE_SAME_16 -> writeSame;
          case WRITE_SAME_10 -> Math.min(writeSame, Cdb.MAX_BLOCKS_10);
        };
    BlockLimits limits =
        new BlockLimits(
            block,
            physical,
            (int) Math.max(physical, clampBytes(page.optimalGranularityBlocks(), block)),
            (int) clampBytes(page.optimalTransferBlocks(), block),
            maxTransfer(page, block, transport.maxTransferBytes()),
            discardBlocks * block,
            canWriteSame ? writeSame * block : 0,
            (int) Math.max(physical, clampBytes(page.unmapGranularityBlocks(), block)),
            told.mode().writeCache(),
            told.mode().fua(),
            told.mode().writeProtected(),
            told.zoned());
    return new DiskLimits(
        limits,
        capacity == null ? 0 : capacity.blocks(),
        Integer.numberOfTrailingZeros(block),
        discard,
        canWriteSame && readsZeroes(told));
  }

  private static Discard discard(DeviceProperties told) {
    Capacity capacity = told.capacity();
    Provisioning provisioning = told.provisioning();
    BlockLimitsPage page = told.blockLimits();
    boolean canUnmap = page.maxUnmapBlocks() > 0 && page.maxUnmapDescriptors() > 0;
    if (capacity == null || !capacity.provisioned()) {
      return Discard.NONE;
    }
    if (provisioning == null) {
      // Devices older than page B2h: LBPME and the unmap limits are all they tell.
      return canUnmap ? Discard.UNMAP : Discard.NONE;
    }
    if (provisioning.unmap() && canUnmap) {
      return Discard.UNMAP;
    }
    if (provisioning.writeSame16Unmap()) {
      return Discard.WRITE_SAME_16;
    }
    return provisioning.writeSame10Unmap() ? Discard.WRITE_SAME_10 : Discard.NONE;
  }

  /** Nothing short of trying tells for sure; these devices say at least something about it. */
  private static boolean hasWriteSame(DeviceProperties told) {
    Provisioning provisioning = told.provisioning();
    return told.blockLimits().maxWriteSameBlocks() > 0
        || (provisioning != null && provisioning.writeSame16Unmap());
  }

  private static boolean readsZeroes(DeviceProperties told) {
    Provisioning provisioning = told.provisioning();
    Capacity capacity = told.capacity();
    return provisioning != null
        && provisioning.writeSame16Unmap()
        && capacity != null
        && capacity.provisioned()
        && capacity.unmappedReadsZero();
  }

  private static int maxTransfer(BlockLimitsPage page, int block, int transportBytes) {
    int max = Math.min(transportBytes, MAX_TRANSFER_BYTES);
    if (page.maxTransferBlocks() > 0) {
      max = (int) Math.min(max, page.maxTransferBlocks() * block);
    }
    return Math.max(block, max / block * block);
  }

  private static long clampBytes(long blocks, int block) {
    return Math.min(blocks * block, 1 << 30);
  }
}
