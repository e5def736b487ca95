package io.multipath4j.simulation;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Persistent reservations of two hosts under random trouble. {@link Seeds} tells how to choose
 * seeds.
 */
class ReservationSimulationTest {

  static LongStream seeds() {
    return Seeds.upTo(200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aHostIsRegisteredOnEveryPathOrPreemptedOnAll(long seed) {
    Seeds.requireClean(seed, ReservationSimulation.run(seed));
  }
}
