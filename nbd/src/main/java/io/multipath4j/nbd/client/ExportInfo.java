package io.multipath4j.nbd.client;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.nbd.wire.Transmitting;
import io.multipath4j.nbd.wire.Wire;

/**
 * What a server told about its export.
 *
 * @param sizeBytes as told
 * @param transmissionFlags as told
 * @param minimumBlockBytes 1 if the server did not say
 * @param preferredBlockBytes 4096 if the server did not say
 * @param maxPayloadBytes 32 MiB if the server did not say, or said more
 * @param allocationContextId of {@code base:allocation}, or -1 without
 * @param structuredReplies they were negotiated
 */
record ExportInfo(
    long sizeBytes,
    int transmissionFlags,
    int minimumBlockBytes,
    int preferredBlockBytes,
    int maxPayloadBytes,
    long allocationContextId,
    boolean structuredReplies) {

  private static final int SMALLEST_LOGICAL_BLOCK = 512;
  private static final long LONGEST_REQUEST = 0xffffffffL;

  static final ExportInfo UNKNOWN =
      new ExportInfo(0, 0, 1, 4096, Wire.MAX_SANE_PAYLOAD_BYTES, -1, false);

  boolean has(int flag) {
    return (transmissionFlags & flag) != 0;
  }

  int logicalBlockBytes() {
    return Math.max(SMALLEST_LOGICAL_BLOCK, minimumBlockBytes);
  }

  /** Returns the size in whole logical blocks. */
  long capacityBytes() {
    return sizeBytes & -(long) logicalBlockBytes();
  }

  BlockLimits limits() {
    int block = logicalBlockBytes();
    int preferred = Math.max(block, preferredBlockBytes);
    long longest = LONGEST_REQUEST & -(long) block;
    return new BlockLimits(
        block,
        preferred,
        preferred,
        0,
        maxPayloadBytes & -block,
        has(Transmitting.FLAG_SEND_TRIM) ? longest : 0,
        has(Transmitting.FLAG_SEND_WRITE_ZEROES) ? longest : 0,
        preferred,
        has(Transmitting.FLAG_SEND_FLUSH),
        has(Transmitting.FLAG_SEND_FUA),
        has(Transmitting.FLAG_READ_ONLY));
  }

  /** Returns what is wrong with it, or an empty text. */
  String problem() {
    if (sizeBytes < 0) {
      return "announced a size beyond 2^63 bytes";
    }
    if (!has(Transmitting.FLAG_HAS_FLAGS)) {
      return "announced transmission flags without HAS_FLAGS";
    }
    if (Integer.bitCount(minimumBlockBytes) != 1 || minimumBlockBytes > 64 * 1024) {
      return "announced a minimum block of " + Integer.toUnsignedString(minimumBlockBytes);
    }
    if (Integer.bitCount(preferredBlockBytes) != 1 || preferredBlockBytes < 512) {
      return "announced a preferred block of " + Integer.toUnsignedString(preferredBlockBytes);
    }
    if (maxPayloadBytes < logicalBlockBytes()) {
      return "announced a maximum payload shorter than one block: " + maxPayloadBytes;
    }
    return "";
  }
}
