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
    boolean readOnly) {

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
  }
}
