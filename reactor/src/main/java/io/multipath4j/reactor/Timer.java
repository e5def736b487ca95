package io.multipath4j.reactor;

/** A task that an event loop will run later. */
@FunctionalInterface
public interface Timer {

  /** Makes sure that the task does not run any more; idempotent. Loop thread only. */
  void cancel();
}
