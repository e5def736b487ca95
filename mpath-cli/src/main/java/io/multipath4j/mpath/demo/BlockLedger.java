package io.multipath4j.mpath.demo;

import io.multipath4j.mpath.demo.BlockPattern.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Knows what every block of a region must hold. A block has at most one I/O at a time, so there is
 * exactly one right answer, except after a write that failed: that one may have happened or not.
 */
final class BlockLedger {

  /** Mistakes that are described; the others are only counted. */
  private static final int MAX_FINDINGS = 10;

  private final BlockPattern pattern;
  private final int blockBytes;

  /** By block: the generation of the last acknowledged write; 0 is the zeros of a new device. */
  private final int[] acknowledged;

  /** By block: the generation of the last write that was tried. */
  private final int[] attempted;

  private final BitSet busy;
  private final List<String> findings = new ArrayList<>();
  private long wrongBlocks;
  private long lostBlocks;

  BlockLedger(int blocks, int blockBytes) {
    this.pattern = new BlockPattern(blockBytes);
    this.blockBytes = blockBytes;
    this.acknowledged = new int[blocks];
    this.attempted = new int[blocks];
    this.busy = new BitSet(blocks);
  }

  int blocks() {
    return acknowledged.length;
  }

  /** Takes a range for one I/O, unless one of its blocks has one already. */
  boolean acquire(int first, int count) {
    int next = busy.nextSetBit(first);
    if (next >= 0 && next < first + count) {
      return false;
    }
    busy.set(first, first + count);
    return true;
  }

  /** Gives a range back. */
  void release(int first, int count) {
    busy.clear(first, first + count);
  }

  /** Fills {@code data} with the next generation of a range. */
  void beginWrite(ByteBuffer data, int first, int count) {
    for (int i = 0; i < count; i++) {
      pattern.fill(data, i * blockBytes, first + i, ++attempted[first + i]);
    }
  }

  /** The write of a range was acknowledged. */
  void endWrite(int first, int count) {
    System.arraycopy(attempted, first, acknowledged, first, count);
  }

  /** Compares what was read from a range. */
  void check(ByteBuffer data, int first, int count) {
    for (int i = 0; i < count; i++) {
      checkBlock(data, i * blockBytes, first + i);
    }
  }

  private void checkBlock(ByteBuffer data, int at, int block) {
    int expected = acknowledged[block];
    Verdict verdict = pattern.check(data, at, block, expected);
    if (verdict == Verdict.RIGHT) {
      return;
    }
    long found = pattern.generation(data, at);
    if (verdict == Verdict.OTHER_GENERATION && found > expected && found <= attempted[block]) {
      // A write that failed has happened after all; from now on it is what must be there.
      acknowledged[block] = (int) found;
      return;
    }
    if (verdict == Verdict.OTHER_GENERATION && found < expected) {
      lostBlocks++;
      note(
          "block "
              + block
              + ": write "
              + expected
              + " was acknowledged, write "
              + found
              + " is there");
    } else {
      wrongBlocks++;
      note("block " + block + ": expected write " + expected + ", found " + describe(verdict));
    }
  }

  private static String describe(Verdict verdict) {
    return switch (verdict) {
      case OTHER_BLOCK -> "another block's content";
      case OTHER_GENERATION -> "one that was never made";
      case DAMAGED, RIGHT -> "damaged content";
    };
  }

  void note(String finding) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(finding);
    }
  }

  long wrongBlocks() {
    return wrongBlocks;
  }

  long lostBlocks() {
    return lostBlocks;
  }

  List<String> findings() {
    return findings;
  }
}
