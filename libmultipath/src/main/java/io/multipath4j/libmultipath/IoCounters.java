package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockStatus;

/** I/O of a head or of a path by kind, with its times. Written on one loop, read anywhere. */
final class IoCounters {

  private final Group read = new Group();
  private final Group write = new Group();
  private final Group discard = new Group();
  private final Group flush = new Group();
  private final LoopCounter reading = new LoopCounter();
  private final LoopCounter writing = new LoopCounter();
  private final LoopCounter busyNanos = new LoopCounter();
  private int active;
  private long lastNanos;

  void started(BioOp op, long nowNanos) {
    countBusy(nowNanos);
    active++;
    (op == BioOp.READ ? reading : writing).add(1);
  }

  /**
   * @param nowNanos as of the same clock as the start
   */
  void ended(Bio bio, BlockStatus status, long startNanos, long nowNanos) {
    countBusy(nowNanos);
    active--;
    (bio.op() == BioOp.READ ? reading : writing).add(-1);
    Group group = group(bio.op());
    group.ios.add(1);
    group.timeNanos.add(nowNanos - startNanos);
    if (status == BlockStatus.OK) {
      group.bytes.add(bio.length());
    }
  }

  /** The time since the last event was busy if something was under way. */
  private void countBusy(long nowNanos) {
    if (active > 0) {
      busyNanos.add(nowNanos - lastNanos);
    }
    lastNanos = nowNanos;
  }

  IoStatistics snapshot() {
    return new IoStatistics(
        read.snapshot(),
        write.snapshot(),
        discard.snapshot(),
        flush.snapshot(),
        reading.get(),
        writing.get(),
        busyNanos.get());
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
