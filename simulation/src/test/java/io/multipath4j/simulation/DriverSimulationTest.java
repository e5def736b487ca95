package io.multipath4j.simulation;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole driver while paths, devices, hosts, units and settings change at random. {@link Seeds}
 * tells how to choose seeds.
 */
class DriverSimulationTest {

  static LongStream seeds() {
    return Seeds.upTo(1_000);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyIoCompletesOnceAndNothingIsLeftWhateverComesAndGoes(long seed) {
    Seeds.requireClean(seed, DriverSimulation.run(seed));
  }
}
