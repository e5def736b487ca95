package io.multipath4j.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that the loop thread alone changes and any thread reads, without a fence. */
public final class Counter {

  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // read and written through VALUE
  private long value;

  Counter() {}

  /** Returns the number. Any thread. */
  public long value() {
    return (long) VALUE.getOpaque(this);
  }

  void add(long delta) {
    VALUE.setOpaque(this, (long) VALUE.get(this) + delta);
  }
}
