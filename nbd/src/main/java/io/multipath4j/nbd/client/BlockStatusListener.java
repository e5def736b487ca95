package io.multipath4j.nbd.client;

import io.multipath4j.block.BlockStatus;

/** Told the answer to {@link NbdClient#blockStatus}. Loop thread. */
public interface BlockStatusListener {

  /** Flag: the range is not allocated. */
  int HOLE = 1;

  /** Flag: the range reads as zeroes. */
  int ZERO = 1 << 1;

  /**
   * The next extent, following the one before; the first starts where the question did.
   *
   * @param lengthBytes 1 or more; the last extent may be longer than what was asked
   * @param flags {@link #HOLE} and {@link #ZERO}
   */
  void extent(long lengthBytes, int flags);

  /** The answer is complete; it may cover less than what was asked. */
  void ended(BlockStatus status);
}
