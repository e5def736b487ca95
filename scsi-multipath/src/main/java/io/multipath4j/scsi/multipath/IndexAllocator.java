package io.multipath4j.scsi.multipath;

import java.util.BitSet;

/**
 * Hands out the lowest free integer from 0, and takes it back. Not thread safe: whoever owns it
 * guards it.
 */
final class IndexAllocator {

  private final int limit;
  private final String what;
  private final BitSet taken = new BitSet();

  /**
   * @param limit how many may be out at a time
   * @param what what they number, for the error message
   */
  IndexAllocator(int limit, String what) {
    this.limit = limit;
    this.what = what;
  }

  /**
   * Takes the lowest free index.
   *
   * @throws IllegalStateException when all are taken; nothing has changed then
   */
  int take() {
    int index = taken.nextClearBit(0);
    if (index >= limit) {
      throw new IllegalStateException("all " + limit + " " + what + " are in use");
    }
    taken.set(index);
    return index;
  }

  /** Gives an index back. Giving back what is not out is a bug of the caller, and refused. */
  void free(int index) {
    if (index < 0 || !taken.get(index)) {
      throw new IllegalArgumentException(what + ": index " + index + " is not in use");
    }
    taken.clear(index);
  }

  /** Returns how many are out. */
  int count() {
    return taken.cardinality();
  }
}
