package io.multipath4j.mpath.demo;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What the verifying load writes into each block, so that any wrong, stale, misplaced or torn block
 * is seen when it is read.
 *
 * <pre>
 * byte 0         8             16           24          28         block end
 *      | "mpath4j!" | block number | generation | CRC-32C | filling ... |
 * </pre>
 *
 * <p>The checksum covers the whole block except itself; the filling is different in each block and
 * generation. Not thread safe.
 */
final class BlockPattern {

  /** What a read block turned out to be. */
  enum Verdict {
    /** The block and the generation that were expected. */
    RIGHT,
    /** Whole and from this place, but of another generation. */
    OTHER_GENERATION,
    /** Whole, but it belongs elsewhere. */
    OTHER_BLOCK,
    /** Never written by this load, or damaged. */
    DAMAGED
  }

  private static final long MAGIC = 0x6d70617468346a21L; // "mpath4j!"
  private static final int NUMBER_AT = 8;
  private static final int GENERATION_AT = 16;
  private static final int CHECKSUM_AT = 24;
  private static final int FILLING_AT = 28;

  private final int blockBytes;
  private final CRC32C crc = new CRC32C();

  /**
   * Makes a pattern.
   *
   * @param blockBytes a multiple of 4, at least 64
   */
  BlockPattern(int blockBytes) {
    if (blockBytes < 64 || blockBytes % 4 != 0) {
      throw new IllegalArgumentException("a block of " + blockBytes + " bytes");
    }
    this.blockBytes = blockBytes;
  }

  /** Fills one block of {@code buffer}, which is big-endian, from index {@code at}. */
  void fill(ByteBuffer buffer, int at, long number, long generation) {
    buffer.putLong(at, MAGIC);
    buffer.putLong(at + NUMBER_AT, number);
    buffer.putLong(at + GENERATION_AT, generation);
    long state = number * 0x9E3779B97F4A7C15L ^ generation;
    for (int i = FILLING_AT; i < blockBytes; i += 4) {
      state = state * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX generator
      buffer.putInt(at + i, (int) (state >>> 32));
    }
    buffer.putInt(at + CHECKSUM_AT, checksum(buffer, at));
  }

  /** Judges one block that was read; generation 0 is a block that was never written: zeros. */
  Verdict check(ByteBuffer buffer, int at, long number, long generation) {
    if (buffer.getLong(at) != MAGIC) {
      return generation == 0 && isZero(buffer, at) ? Verdict.RIGHT : unwritten(buffer, at);
    }
    if (buffer.getInt(at + CHECKSUM_AT) != checksum(buffer, at)) {
      return Verdict.DAMAGED;
    }
    if (buffer.getLong(at + NUMBER_AT) != number) {
      return Verdict.OTHER_BLOCK;
    }
    return generation(buffer, at) == generation ? Verdict.RIGHT : Verdict.OTHER_GENERATION;
  }

  /** Returns the generation in a block that {@link #check} found whole. */
  long generation(ByteBuffer buffer, int at) {
    return buffer.getLong(at) == MAGIC ? buffer.getLong(at + GENERATION_AT) : 0;
  }

  /** A block of zeros is generation 0 of whichever block was asked for: every write was lost. */
  private Verdict unwritten(ByteBuffer buffer, int at) {
    return isZero(buffer, at) ? Verdict.OTHER_GENERATION : Verdict.DAMAGED;
  }

  private boolean isZero(ByteBuffer buffer, int at) {
    for (int i = 0; i < blockBytes; i += 4) {
      if (buffer.getInt(at + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private int checksum(ByteBuffer buffer, int at) {
    crc.reset();
    crc.update(buffer.limit(at + CHECKSUM_AT).position(at));
    crc.update(buffer.limit(at + blockBytes).position(at + FILLING_AT));
    buffer.clear();
    return (int) crc.getValue();
  }
}
