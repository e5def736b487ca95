package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.ZonedModel;

/** Limits of a disk that may send any I/O to any of its paths: the most restrictive of each. */
final class StackedLimits {

  private StackedLimits() {}

  /**
   * Combines the limits of two paths.
   *
   * @throws IllegalArgumentException when the logical blocks differ: no I/O could suit both
   */
  static BlockLimits stack(BlockLimits a, BlockLimits b) {
    if (a.logicalBlockBytes() != b.logicalBlockBytes()) {
      throw new IllegalArgumentException(
          "logical blocks of "
              + a.logicalBlockBytes()
              + " and "
              + b.logicalBlockBytes()
              + " bytes cannot be one disk");
    }
    return new BlockLimits(
        a.logicalBlockBytes(),
        Math.max(a.physicalBlockBytes(), b.physicalBlockBytes()),
        Math.max(a.minimumIoBytes(), b.minimumIoBytes()),
        Math.max(a.optimalIoBytes(), b.optimalIoBytes()),
        Math.min(a.maxTransferBytes(), b.maxTransferBytes()),
        Math.min(a.maxDiscardBytes(), b.maxDiscardBytes()),
        Math.min(a.maxWriteZeroesBytes(), b.maxWriteZeroesBytes()),
        Math.max(a.discardGranularityBytes(), b.discardGranularityBytes()),
        a.volatileCache() || b.volatileCache(),
        a.fua() && b.fua(),
        a.readOnly() || b.readOnly(),
        stack(a.zoned(), b.zoned()));
  }

  /** Where paths tell different zones, the stricter kind counts, and no length is assumed. */
  private static ZonedModel stack(ZonedModel a, ZonedModel b) {
    int open = Math.min(a.maxOpenZones(), b.maxOpenZones());
    return new ZonedModel(
        a.kind().compareTo(b.kind()) > 0 ? a.kind() : b.kind(),
        a.zoneBytes() == b.zoneBytes() ? a.zoneBytes() : 0,
        open > 0 ? open : Math.max(a.maxOpenZones(), b.maxOpenZones()));
  }

  /** Returns the same limits, read-only or not. */
  static BlockLimits withReadOnly(BlockLimits limits, boolean readOnly) {
    return new BlockLimits(
        limits.logicalBlockBytes(),
        limits.physicalBlockBytes(),
        limits.minimumIoBytes(),
        limits.optimalIoBytes(),
        limits.maxTransferBytes(),
        limits.maxDiscardBytes(),
        limits.maxWriteZeroesBytes(),
        limits.discardGranularityBytes(),
        limits.volatileCache(),
        limits.fua(),
        readOnly,
        limits.zoned());
  }
}
