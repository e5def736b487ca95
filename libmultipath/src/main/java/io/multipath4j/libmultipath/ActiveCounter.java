package io.multipath4j.libmultipath;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many I/Os are in flight on a resource that several paths and heads share: a SCSI host, an
 * NVMe controller. Owned by the driver. Maintained only while a head's policy asks for it. Any
 * thread.
 */
public final class ActiveCounter {

  /** In longs: two cache lines on each side, so that counters of two hosts do not share one. */
  private static final int PADDING = 16;

  private final AtomicLongArray cell = new AtomicLongArray(2 * PADDING + 1);

  /** Makes a counter at zero. */
  public ActiveCounter() {}

  /** Returns the current number. */
  public long get() {
    return cell.get(PADDING);
  }

  void increment() {
    cell.getAndIncrement(PADDING);
  }

  void decrement() {
    cell.getAndDecrement(PADDING);
  }
}
