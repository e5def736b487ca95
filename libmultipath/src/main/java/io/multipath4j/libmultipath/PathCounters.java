package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockStatus;

/** What went over one path. Written on the head's loop, read anywhere. */
final class PathCounters {

  private final LoopCounter ios = new LoopCounter();
  private final LoopCounter bytes = new LoopCounter();
  private final LoopCounter errors = new LoopCounter();
  private final LoopCounter failovers = new LoopCounter();
  private final LoopCounter inFlight = new LoopCounter();

  /** What was done, by kind; only while the head keeps statistics. */
  final IoCounters io = new IoCounters();

  void started() {
    inFlight.add(1);
  }

  void ended(BlockStatus status, long byteCount) {
    inFlight.add(-1);
    ios.add(1);
    if (status == BlockStatus.OK) {
      bytes.add(byteCount);
    } else {
      errors.add(1);
    }
  }

  void failedOver() {
    failovers.add(1);
  }

  /** I/Os that ended, well or not. */
  long ios() {
    return ios.get();
  }

  /** Bytes of the I/Os that ended well. */
  long bytes() {
    return bytes.get();
  }

  /** I/Os that ended with any error. */
  long errors() {
    return errors.get();
  }

  /** I/Os that ended with a path error and went back to be tried again. */
  long failovers() {
    return failovers.get();
  }

  long inFlight() {
    return inFlight.get();
  }
}
