package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;

/**
 * Which seeds a simulation runs, and what a run must be. {@code -Dmultipath4j.seeds=N} runs the
 * seeds 1 to N, {@code -Dmultipath4j.seed=S} runs one and prints what happened in it.
 */
final class Seeds {

  private static final int TRACE_LINES = 80;

  private Seeds() {}

  /** Returns the seeds to run: 1 to {@code count}, unless others are asked for. */
  static LongStream upTo(long count) {
    Long one = Long.getLong("multipath4j.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.rangeClosed(1, Long.getLong("multipath4j.seeds", count));
  }

  /** Fails when a run broke a rule, and tells how to see it again. */
  static void requireClean(long seed, Trace trace) {
    if (Long.getLong("multipath4j.seed") != null) {
      System.out.println(String.join("\n", trace.lines()));
    }
    assertThat(trace.violations())
        .as(
            "seed %d; replay it with -Dmultipath4j.seed=%d; the end of what happened:%n%s",
            seed, seed, trace.tail(TRACE_LINES))
        .isEmpty();
  }
}
