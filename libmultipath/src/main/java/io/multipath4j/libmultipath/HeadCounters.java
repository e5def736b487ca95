package io.multipath4j.libmultipath;

/** What a head counts. Written on its loop, read anywhere. */
final class HeadCounters {

  /** Bios that the head owes a completion; pieces of a split one count, the split one does not. */
  final LoopCounter inFlight = new LoopCounter();

  /** Bios on the requeue list now. */
  final LoopCounter parked = new LoopCounter();

  /** Bios parked because no path could be selected. */
  final LoopCounter requeueNoUsablePath = new LoopCounter();

  /** Bios failed because no path could be selected. */
  final LoopCounter failNoAvailablePath = new LoopCounter();

  /** Attempts that ended with a path error and were made again. */
  final LoopCounter failovers = new LoopCounter();

  /** Times that the safety timer found what a kick should have found. */
  final LoopCounter safetyTimerFirings = new LoopCounter();

  /** What was done, by kind. */
  final IoCounters io = new IoCounters();

  IoStatistics statistics() {
    return io.snapshot();
  }
}
