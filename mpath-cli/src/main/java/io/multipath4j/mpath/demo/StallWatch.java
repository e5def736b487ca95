package io.multipath4j.mpath.demo;

/**
 * Measures, over a span of time, how long a client had to wait: for one I/O at the longest, and
 * without any I/O completing at all.
 */
final class StallWatch {

  /**
   * What a span was like.
   *
   * @param completions I/Os that ended
   * @param longestWaitNanos the longest I/O that ended
   * @param longestSilenceNanos the longest time in which none ended
   */
  record Span(long completions, long longestWaitNanos, long longestSilenceNanos) {}

  private long completions;
  private long longestWaitNanos;
  private long longestSilenceNanos;
  private long lastNanos;

  StallWatch(long nowNanos) {
    this.lastNanos = nowNanos;
  }

  void completed(long startedNanos, long nowNanos) {
    completions++;
    longestWaitNanos = Math.max(longestWaitNanos, nowNanos - startedNanos);
    longestSilenceNanos = Math.max(longestSilenceNanos, nowNanos - lastNanos);
    lastNanos = nowNanos;
  }

  /** Ends the span and begins the next. */
  Span next(long nowNanos) {
    Span span =
        new Span(
            completions, longestWaitNanos, Math.max(longestSilenceNanos, nowNanos - lastNanos));
    completions = 0;
    longestWaitNanos = 0;
    longestSilenceNanos = 0;
    lastNanos = nowNanos;
    return span;
  }
}
