package io.multipath4j.mpath.demo;

/**
 * What a verifying load does.
 *
 * @param regionBytes how much of the device it uses, from the beginning; a multiple of the block
 * @param blockBytes the unit that carries a pattern; a multiple of the device's logical block
 * @param depth I/Os in flight
 * @param writePercent share of writes, 0 to 100; the rest reads
 * @param maxBlocksPerIo longest I/O in blocks; most are of one
 * @param answerTimeoutMillis an I/O without an answer for so long counts as lost when the load ends
 */
public record LoadPlan(
    long regionBytes,
    int blockBytes,
    int depth,
    int writePercent,
    int maxBlocksPerIo,
    long answerTimeoutMillis) {

  /** Block numbers and generations are kept for each block in memory. */
  private static final long MAX_BLOCKS = 1L << 22;

  /** Checks the ranges. */
  public LoadPlan {
    check(blockBytes >= 512 && Integer.bitCount(blockBytes) == 1, "blockBytes", blockBytes);
    check(regionBytes % blockBytes == 0, "regionBytes", regionBytes);
    check(depth >= 1 && depth <= 1024, "depth", depth);
    check(maxBlocksPerIo >= 1 && maxBlocksPerIo <= 256, "maxBlocksPerIo", maxBlocksPerIo);
    long blocks = regionBytes / blockBytes;
    check(
        blocks >= 2L * depth * maxBlocksPerIo && blocks <= MAX_BLOCKS, "regionBytes", regionBytes);
    check(writePercent >= 0 && writePercent <= 100, "writePercent", writePercent);
    check(answerTimeoutMillis >= 1, "answerTimeoutMillis", answerTimeoutMillis);
  }

  /** Plans 4 KiB blocks at depth 32, half of them writes, over {@code regionBytes}. */
  public static LoadPlan mixed(long regionBytes) {
    return new LoadPlan(regionBytes, 4096, 32, 50, 32, 30_000);
  }

  int blocks() {
    return (int) (regionBytes / blockBytes);
  }

  private static void check(boolean holds, String name, long value) {
    if (!holds) {
      throw new IllegalArgumentException("load plan: " + name + " of " + value);
    }
  }
}
