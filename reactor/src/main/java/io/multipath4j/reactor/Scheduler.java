package io.multipath4j.reactor;

/** Runs tasks at a later time, on its own thread. Meant for rare timers, not for one per I/O. */
@FunctionalInterface
public interface Scheduler {

  /**
   * Runs {@code task} once, not before {@code delayNanos} nanoseconds have passed. Loop thread
   * only.
   *
   * @param delayNanos zero or more; zero means a later turn of the loop, never this call
   */
  Timer schedule(long delayNanos, Runnable task);
}
