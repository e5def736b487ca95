package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A seed that found something finds it again. */
class DeterminismTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theSameSeedGivesTheSameTrace(long seed) {
    Trace first = Simulation.run(seed, SimulatedStack.Parts.REAL);
    Trace second = Simulation.run(seed, SimulatedStack.Parts.REAL);

    assertThat(second.lines()).as("seed %d", seed).isEqualTo(first.lines());
    assertThat(second.hash()).isEqualTo(first.hash());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void anotherSeedGivesAnotherTrace(long seed) {
    assertThat(Simulation.run(seed, SimulatedStack.Parts.REAL).hash())
        .isNotEqualTo(Simulation.run(seed + 100, SimulatedStack.Parts.REAL).hash());
  }
}
