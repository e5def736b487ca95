package io.multipath4j.reactor;

/** Monotonic time. Every part of the system that asks for the time asks one of these. */
@FunctionalInterface
public interface Clock {

  /**
   * Returns nanoseconds since an arbitrary origin; compare by subtraction only. Callable from any
   * thread.
   */
  long nanoTime();
}
