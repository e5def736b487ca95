package io.multipath4j.libmultipath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many I/Os are in flight on a resource that several paths and heads share: a SCSI host, an
 * NVMe controller. Owned by the driver. Maintained only while a head's policy asks for it. Any
 * thread.
 */
public final class ActiveCounter {

  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(ActiveCounter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // The value alone on its cache line and the one that is fetched with it, so that the counters of
  // two hosts do not share one. An array would do too, at the price of one more load per path.
  @SuppressWarnings("unused")
  private long before1, before2, before3, before4, before5, before6, before7, before8;
  @SuppressWarnings("unused")
  private long before9, before10, before11, before12, before13, before14, before15, before16;

  private volatile long value;

  @SuppressWarnings("unused")
  private long after1, after2, after3, after4, after5, after6, after7, after8;
  @SuppressWarnings("unused")
  private long after9, after10, after11, after12, after13, after14, after15, after16;

  /** Makes a counter at zero. */
  public ActiveCounter() {}

  /** Returns the current number. */
  public long get() {
    return value;
  }

  void increment() {
    VALUE.getAndAdd(this, 1L);
  }

  void decrement() {
    VALUE.getAndAdd(this, -1L);
  }
}
