package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole driver while paths, devices, hosts, units and settings change at random. {@code
 * -Dmultipath4j.seeds=N} runs the seeds 1 to N, {@code -Dmultipath4j.seed=S} runs one and prints
 * what happened in it.
 */
class DriverSimulationTest {

  private static final int TRACE_LINES = 80;

  static LongStream seeds() {
    Long one = Long.getLong("multipath4j.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.rangeClosed(1, Long.getLong("multipath4j.seeds", 1_000));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyIoCompletesOnceAndNothingIsLeftWhateverComesAndGoes(long seed) {
    Trace trace = DriverSimulation.run(seed);
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
