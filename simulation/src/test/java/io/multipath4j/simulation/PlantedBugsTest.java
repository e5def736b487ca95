package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checker that finds nothing proves nothing: it has to find what is broken on purpose. */
class PlantedBugsTest {

  private static final int SEEDS = 10;

  @ParameterizedTest
  @EnumSource
  void aDiskThatLiesIsFound(LyingDisk.Lie lie) {
    SimulatedStack.Parts parts = SimulatedStack.Parts.ofDisk(disk -> new LyingDisk(disk, lie));
    assertFound(() -> parts, lie.symptom());
  }

  /** The head asks for its requeue worker at the end of a turn, and never gets it. */
  @Test
  void aLostKickIsFound() {
    assertFound(
        () ->
            new SimulatedStack.Parts(
                loop -> new ForgetfulLoop(loop, 1),
                UnaryOperator.identity(),
                UnaryOperator.identity()),
        "did not complete");
  }

  /** A session is back and does not say so: its path would be lost for ever. */
  @Test
  void aReturnThatNobodyIsToldOfIsFound() {
    assertFound(
        () ->
            new SimulatedStack.Parts(
                UnaryOperator.identity(),
                transport -> new SilentReturn(transport, 2),
                UnaryOperator.identity()),
        "not all paths are back");
  }

  @ParameterizedTest
  @EnumSource
  void aRegistrationThatIsNotDoneIsFound(LyingReservations.Lie lie) {
    boolean found =
        LongStream.rangeClosed(1, SEEDS)
            .mapToObj(
                seed -> ReservationSimulation.run(seed, each -> new LyingReservations(each, lie)))
            .anyMatch(
                trace -> trace.violations().stream().anyMatch(v -> v.contains(lie.symptom())));
    assertThat(found).as("one of %d seeds finds: %s", SEEDS, lie.symptom()).isTrue();
  }

  private static void assertFound(Supplier<SimulatedStack.Parts> parts, String symptom) {
    boolean found =
        LongStream.rangeClosed(1, SEEDS)
            .mapToObj(seed -> Simulation.run(seed, parts.get()))
            .anyMatch(trace -> trace.violations().stream().anyMatch(v -> v.contains(symptom)));
    assertThat(found).as("one of %d seeds finds: %s", SEEDS, symptom).isTrue();
  }
}
