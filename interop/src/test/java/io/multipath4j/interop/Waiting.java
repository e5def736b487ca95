package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for the world outside, which has no injected clock; always with a deadline. */
final class Waiting {

  private static final long POLL_MILLIS = 20;

  private Waiting() {}

  /** A condition that may fail with a checked exception. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  static void until(String what, Duration limit, Condition condition) {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    try {
      while (!condition.holds()) {
        if (System.nanoTime() - deadlineNanos > 0) {
          fail("not within %s: %s", limit, what);
        }
        pass(Duration.ofMillis(POLL_MILLIS));
      }
    } catch (Exception e) {
      throw new AssertionError("while waiting: " + what, e);
    }
  }

  /** Lets real time pass, for a load that runs meanwhile. */
  static void pass(Duration time) throws InterruptedException {
    if (new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("nobody counts this latch down");
    }
  }
}
