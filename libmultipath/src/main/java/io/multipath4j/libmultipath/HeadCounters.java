package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockStatus;

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

  private final Group read = new Group();
  private final Group write = new Group();
  private final Group discard = new Group();
  private final Group flush = new Group();

  void ioEnded(Bio bio, BlockStatus status, long elapsedNanos) {
    Group group = group(bio.op());
    group.ios.add(1);
    group.timeNanos.add(elapsedNanos);
    if (status == BlockStatus.OK) {
      group.bytes.add(bio.length());
    }
  }

  IoStatistics statistics() {
    return new IoStatistics(
        read.snapshot(), write.snapshot(), discard.snapshot(), flush.snapshot());
  }

  private Group group(BioOp op) {
    return switch (op) {
      case READ -> read;
      case WRITE, WRITE_ZEROES, ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL ->
          write;
      case DISCARD -> discard;
      case FLUSH -> flush;
    };
  }

  private static final class Group {

    private final LoopCounter ios = new LoopCounter();
    private final LoopCounter bytes = new LoopCounter();
    private final LoopCounter timeNanos = new LoopCounter();

    private IoStatistics.Group snapshot() {
      return new IoStatistics.Group(ios.get(), 0, bytes.get(), timeNanos.get());
    }
  }
}
