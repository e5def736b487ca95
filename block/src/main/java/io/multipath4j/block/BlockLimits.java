package io.multipath4j.block;

/**
 * What a device can do and how it likes to be asked. Lengths in bytes.
 *
 * @param logicalBlockBytes unit of addressing; offsets and lengths are multiples of it; a power of
 *     two, at least 512
 * @param physicalBlockBytes unit the medium writes without read-modify-write
 * @param minimumIoBytes preferred granularity, at least the physical block
 * @param optimalIoBytes preferred size of a large transfer; 0 when unknown
 * @param maxTransferBytes longest READ or WRITE
 * @param maxDiscardBytes longest DISCARD; 0 when not supported
 * @param maxWriteZeroesBytes longest WRITE_ZEROES; 0 when not supported
 * @param discardGranularityBytes unit that a discard frees
 * @param volatileCache completed writes need a FLUSH (or FUA) to be durable
 * @param fua the device does FUA by itself
 * @param readOnly writes are refused
 * @param zoned how it is divided into zones
 */
public record BlockLimits(
    int logicalBlockBytes,
    int physicalBlockBytes,
    int minimumIoBytes,
    int optimalIoBytes,
    int maxTransferBytes,
    long maxDiscardBytes,
    long maxWriteZeroesBytes,
    int discardGranularityBytes,
    boolean volatileCache,
    boolean fua,
    boolean readOnly,
    ZonedModel zoned) {

  /** Makes the limits of a device without zones. */
  public BlockLimits(
      int logicalBlockBytes,
      int physicalBlockBytes,
      int minimumIoBytes,
      int optimalIoBytes,
      int maxTransferBytes,
      long maxDiscardBytes,
      long maxWriteZeroesBytes,
      int discardGranularityBytes,
      boolean volatileCache,
      boolean fua,
      boolean readOnly) {
    this(
        logicalBlockBytes,
        physicalBlockBytes,
        minimumIoBytes,
        optimalIoBytes,
        maxTransferBytes,
        maxDiscardBytes,
        maxWriteZeroesBytes,
        discardGranularityBytes,
        volatileCache,
        fua,
        readOnly,
        ZonedModel.NONE);
  }

  /** Checks the block sizes. */
  public BlockLimits {
    if (logicalBlockBytes < 512 || Integer.bitCount(logicalBlockBytes) != 1) {
      throw new IllegalArgumentException(
          "logical block of " + logicalBlockBytes + " bytes: expected a power of two from 512 up");
    }
    if (maxTransferBytes < logicalBlockBytes) {
      throw new IllegalArgumentException(
          "maximum transfer of " + maxTransferBytes + " bytes is shorter than one block");
    }
    requireWholeBlocks("discard", maxDiscardBytes, logicalBlockBytes);
    requireWholeBlocks("write-zeroes", maxWriteZeroesBytes, logicalBlockBytes);
  }

  private static void requireWholeBlocks(String what, long maxBytes, int logicalBlockBytes) {
    if (maxBytes != 0 && maxBytes < logicalBlockBytes) {
      throw new IllegalArgumentException(
          "maximum " + what + " of " + maxBytes + " bytes: expected 0 or at least one block");
    }
  }

  /** Returns the same limits with other zones. */
  public BlockLimits withZoned(ZonedModel zones) {
    return new BlockLimits(
        logicalBlockBytes,
        physicalBlockBytes,
        minimumIoBytes,
        optimalIoBytes,
        maxTransferBytes,
        maxDiscardBytes,
        maxWriteZeroesBytes,
        discardGranularityBytes,
        volatileCache,
        fua,
        readOnly,
        zones);
  }

  /**
   * Returns the longest request of this kind that the device takes in one piece, in bytes; 0 when
   * it does not do such requests. A flush has no length, and a zone action is one piece however
   * long the zone: they are never too long.
   */
  public long maxBytes(BioOp op) {
    return switch (op) {
      case READ, WRITE -> maxTransferBytes;
      case DISCARD -> maxDiscardBytes;
      case WRITE_ZEROES -> maxWriteZeroesBytes;
      case FLUSH -> Long.MAX_VALUE;
      case ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL ->
          zoned.isZoned() ? Long.MAX_VALUE : 0;
    };
  }

  /**
   * Checks a request against these limits; its length may exceed {@link #maxBytes}, since it can be
   * split.
   *
   * <p>A write to a read-only device is TARGET: it would be refused on every path, as a write
   * protected unit does. A zone action is about one whole zone, ZONE_RESET_ALL about the whole
   * device.
   *
   * @param capacityBytes size of the device
   * @return OK; NOTSUPP when the device does no such operation; TARGET when it is read-only; INVAL
   *     when the range is empty, unaligned or not within the device, or not what a zone action
   *     needs
   */
  public BlockStatus check(Bio bio, long capacityBytes) {
    BioOp op = bio.op();
    if (op == BioOp.FLUSH) {
      return BlockStatus.OK;
    }
    if (maxBytes(op) == 0) {
      return BlockStatus.NOTSUPP;
    }
    if (readOnly && op.isWrite()) {
      return BlockStatus.TARGET;
    }
    long offset = bio.offset();
    long length = bio.length();
    boolean aligned = ((offset | length) & (logicalBlockBytes - 1)) == 0;
    boolean inRange = offset >= 0 && length > 0 && offset <= capacityBytes - length;
    return aligned && inRange && (!op.isZoneAction() || isWholeZone(bio, capacityBytes))
        ? BlockStatus.OK
        : BlockStatus.INVAL;
  }

  private boolean isWholeZone(Bio bio, long capacityBytes) {
    if (bio.op() == BioOp.ZONE_RESET_ALL) {
      return bio.offset() == 0 && bio.length() == capacityBytes;
    }
    long zoneBytes = zoned.zoneBytes();
    return zoneBytes == 0
        || (bio.offset() % zoneBytes == 0
            && bio.length() == Math.min(zoneBytes, capacityBytes - bio.offset()));
  }
}
