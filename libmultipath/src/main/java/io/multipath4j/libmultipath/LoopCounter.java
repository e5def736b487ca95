package io.multipath4j.libmultipath;

import java.util.concurrent.atomic.AtomicLong;

/** A counter with one writer, the head's loop, and readers on any thread. Costs a plain add. */
final class LoopCounter {

  private final AtomicLong value = new AtomicLong();

  void add(long amount) {
    value.setOpaque(value.getPlain() + amount);
  }

  long get() {
    return value.getOpaque();
  }
}
