package io.multipath4j.iscsi;

import java.util.random.RandomGenerator;

/** The pauses between attempts: doubling within limits, partly random to spread the load. */
final class Backoff {

  private static final int MAX_DOUBLINGS = 20;

  /** A session that ends sooner has not helped anybody, and counts as one more failure. */
  private static final int USEFUL_MILLIS = 1000;

  private final int minMillis;
  private final int maxMillis;
  private final RandomGenerator random;
  private int failures;
  private long atLeastMillis;

  Backoff(IscsiSessionConfig.Timing timing, RandomGenerator random) {
    this.minMillis = timing.reconnectMinMillis();
    this.maxMillis = timing.reconnectMaxMillis();
    this.random = random;
  }

  /** An attempt succeeded, and what came of it lasted so long. */
  void lasted(long millis) {
    if (millis >= Math.min(USEFUL_MILLIS, maxMillis)) {
      failures = 0;
    }
  }

  /** The other side asked to be left alone for so long; holds for the next pause. */
  void waitAtLeast(long millis) {
    atLeastMillis = Math.min(millis, maxMillis);
  }

  /** Returns the next pause, in milliseconds: from half of the doubled one up to it. */
  long nextMillis() {
    long pause = Math.min((long) minMillis << Math.min(failures, MAX_DOUBLINGS), maxMillis);
    failures++;
    long chosen = Math.max(atLeastMillis, pause - random.nextLong(pause / 2 + 1));
    atLeastMillis = 0;
    return chosen;
  }
}
