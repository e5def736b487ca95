package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Persistent reservations of two hosts under random trouble. {@code -Dmultipath4j.seeds=N} runs the
 * seeds 1 to N, {@code -Dmultipath4j.seed=S} runs one and prints what happened in it.
 */
class ReservationSimulationTest {

  private static final int TRACE_LINES = 60;

  static LongStream seeds() {
    Long one = Long.getLong("multipath4j.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.rangeClosed(1, Long.getLong("multipath4j.seeds", 200));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aHostIsRegisteredOnEveryPathOrPreemptedOnAll(long seed) {
    Trace trace = ReservationSimulation.run(seed);
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
