package io.multipath4j.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/**
 * The history of each block as a register, and the rule of what a read may return.
 *
 * <p>A write may take effect at any time between its submission and its completion, even more than
 * once, since a failed path may have done it before another path does it again. A read may return
 * the value of a write unless
 *
 * <ul>
 *   <li>the read completed before the write was submitted,
 *   <li>another write was submitted after the write had completed, and completed before the read
 *       was submitted, or
 *   <li>an earlier read, submitted after the write had completed, returned another value and
 *       completed before this read was submitted (no inversion of new and old).
 * </ul>
 *
 * A write that failed may or may not have happened, and may happen at any time. A discard allows
 * zeroes beside what was there.
 */
final class BlockHistory {

  /** The value of blocks that were never written, and of zeroes. */
  static final long ZERO = 0;

  private static final long FOREVER = Long.MAX_VALUE;

  /** One write, seen from one block. */
  private static final class Candidate {
    final long value;
    final long submitted;
    long completed = FOREVER;

    /** Reads submitted after this cannot return the value any more. */
    long deadAt = FOREVER;

    Candidate(long value, long submitted) {
      this.value = value;
      this.submitted = submitted;
    }
  }

  /** An operation under way. */
  record Op(long id, long submitted, boolean overwrites, int firstBlock, int blocks) {}

  private final int blockBytes;
  private final List<List<Candidate>> blocks = new ArrayList<>();

  /** Submission times of reads under way, and how many there are of each. */
  private final TreeMap<Long, Integer> reads = new TreeMap<>();

  private long now;
  private long lastValue;

  BlockHistory(int blockCount, int blockBytes) {
    this.blockBytes = blockBytes;
    for (int i = 0; i < blockCount; i++) {
      List<Candidate> candidates = new ArrayList<>(2);
      Candidate initial = new Candidate(ZERO, 0);
      initial.completed = 0;
      candidates.add(initial);
      blocks.add(candidates);
    }
  }

  // ---- writes

  /** Fills a buffer with a value that was never written before; it is being written from now on. */
  Op beginWrite(ByteBuffer data, int firstBlock, int count) {
    long value = ++lastValue;
    for (int i = 0; i < count; i++) {
      fill(data, i * blockBytes, value, firstBlock + i);
    }
    return begin(value, true, firstBlock, count);
  }

  Op beginZero(int firstBlock, int count) {
    return begin(ZERO, true, firstBlock, count);
  }

  Op beginDiscard(int firstBlock, int count) {
    return begin(ZERO, false, firstBlock, count);
  }

  private Op begin(long value, boolean overwrites, int firstBlock, int count) {
    long submitted = ++now;
    for (int i = firstBlock; i < firstBlock + count; i++) {
      blocks.get(i).add(new Candidate(value, submitted));
    }
    return new Op(value, submitted, overwrites, firstBlock, count);
  }

  /** A write has completed well. One that failed is never told: it may still happen. */
  void endWrite(Op op) {
    long completed = ++now;
    for (int i = op.firstBlock; i < op.firstBlock + op.blocks; i++) {
      for (Iterator<Candidate> all = blocks.get(i).iterator(); all.hasNext(); ) {
        Candidate one = all.next();
        if (one.submitted == op.submitted) {
          one.completed = completed;
        } else if (op.overwrites && one.completed < op.submitted) {
          one.deadAt = Math.min(one.deadAt, completed);
        }
        if (one.deadAt < oldestRead()) {
          all.remove();
        }
      }
    }
  }

  // ---- reads

  Op beginRead(int firstBlock, int count) {
    long submitted = ++now;
    reads.merge(submitted, 1, Integer::sum);
    return new Op(-1, submitted, false, firstBlock, count);
  }

  /** A read has ended without data. */
  void abandonRead(Op op) {
    reads.merge(op.submitted, -1, (a, b) -> a + b == 0 ? null : a + b);
  }

  /** A read has completed: returns what is wrong with the data, or an empty text. */
  String endRead(Op op, ByteBuffer data) {
    long completed = ++now;
    String wrong = "";
    for (int i = 0; i < op.blocks; i++) {
      int block = op.firstBlock + i;
      long value = valueOf(data, i * blockBytes, block);
      if (!accept(op, completed, block, value) && wrong.isEmpty()) {
        wrong = "block " + block + " read as " + text(value) + ", allowed " + allowed(op, block);
      }
    }
    abandonRead(op);
    return wrong;
  }

  private boolean accept(Op read, long completed, int block, long value) {
    boolean found = false;
    List<Candidate> candidates = blocks.get(block);
    for (Candidate one : candidates) {
      found |= one.value == value && one.deadAt > read.submitted;
    }
    if (found) {
      for (Candidate one : candidates) {
        if (one.value != value && one.completed < read.submitted) {
          one.deadAt = Math.min(one.deadAt, completed);
        }
      }
    }
    return found;
  }

  private String allowed(Op read, int block) {
    StringBuilder text = new StringBuilder();
    for (Candidate one : blocks.get(block)) {
      if (one.deadAt > read.submitted) {
        text.append(text(one.value)).append(one.completed == FOREVER ? " (under way) " : " ");
      } else {
        text.append("not ").append(text(one.value)).append(" any more ");
      }
    }
    return text.toString().strip();
  }

  private static String text(long value) {
    return value == ZERO ? "zeroes" : value < 0 ? "garbage" : "write " + value;
  }

  private long oldestRead() {
    return reads.isEmpty() ? FOREVER - 1 : reads.firstKey();
  }

  // ---- content

  private void fill(ByteBuffer data, int at, long value, int block) {
    long state = value << 32 | block;
    data.putLong(at, state);
    for (int i = Long.BYTES; i < blockBytes; i += Long.BYTES) {
      state = next(state);
      data.putLong(at + i, state);
    }
  }

  /** Returns the value that a whole block holds, or -1 when it is not one of this block. */
  private long valueOf(ByteBuffer data, int at, int block) {
    long state = data.getLong(at);
    boolean zero = state == 0;
    if (!zero && (int) state != block) {
      return -1;
    }
    long value = state >>> 32;
    for (int i = Long.BYTES; i < blockBytes; i += Long.BYTES) {
      state = zero ? 0 : next(state);
      if (data.getLong(at + i) != state) {
        return -1;
      }
    }
    return value;
  }

  private static long next(long state) {
    return state * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX generator
  }
}
