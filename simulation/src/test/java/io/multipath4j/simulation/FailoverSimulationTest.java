package io.multipath4j.simulation;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole stack under random load and random trouble. {@link Seeds} tells how to choose seeds.
 */
class FailoverSimulationTest {

  static LongStream seeds() {
    return Seeds.upTo(200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyIoCompletesOnceWithLegalDataWhateverPathsDo(long seed) {
    Seeds.requireClean(seed, Simulation.run(seed, SimulatedStack.Parts.REAL));
  }
}
