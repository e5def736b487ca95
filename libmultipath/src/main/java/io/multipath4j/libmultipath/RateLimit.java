package io.multipath4j.libmultipath;

import java.util.concurrent.TimeUnit;

/** Lets one log line through per interval and counts the others. Loop thread only. */
final class RateLimit {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private boolean used;
  private long lastNanos;
  private long suppressed;

  boolean permits(long nowNanos) {
    if (used && nowNanos - lastNanos < INTERVAL_NANOS) {
      suppressed++;
      return false;
    }
    used = true;
    lastNanos = nowNanos;
    return true;
  }

  /** Returns how many were held back since the last call. */
  long takeSuppressed() {
    long count = suppressed;
    suppressed = 0;
    return count;
  }
}
