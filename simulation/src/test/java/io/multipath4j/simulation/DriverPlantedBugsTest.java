package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.simulation.MutatedClasses.MissingCall;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation of the whole driver has to find what is broken on purpose. */
class DriverPlantedBugsTest {

  private static final int SEEDS = 30;
  private static final String LIBRARY = "io.multipath4j.libmultipath.";
  private static final String DRIVER = "io.multipath4j.scsi.multipath.";

  enum Bug {
    A_PATH_THAT_RETURNS_WAKES_NOBODY(
        "firings of the safety timer",
        new MissingCall(LIBRARY + "MpathHead", "pathStateChanged", "kick"),
        new MissingCall(LIBRARY + "MpathHead", "setGeometry", "kick")),
    A_DISK_EXPIRES_THOUGH_A_PATH_CAME_BACK(
        "was removed under its paths",
        new MissingCall(LIBRARY + "HeadLife", "claim", "disarm"),
        new MissingCall(LIBRARY + "HeadLife", "pathComes", "disarm"),
        new MissingCall(LIBRARY + "HeadLife", "removeNow", "inUse")),
    THE_NUMBER_OF_A_PATH_IS_NOT_GIVEN_BACK(
        "NumbersInUse", new MissingCall(DRIVER + "ScsiMpathHeads", "release", "free")),
    A_REFERENCE_IS_NOT_GIVEN_BACK(
        "references", new MissingCall(LIBRARY + "HeadOpen", "close", "put")),
    A_PATH_THAT_LEFT_IS_STILL_SHOWN(
        "left in the tree", new MissingCall(DRIVER + "tree.PathNode", "remove", "removeLinks"));

    private final String symptom;

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final MissingCall[] calls;

    Bug(String symptom, MissingCall... calls) {
      this.symptom = symptom;
      this.calls = calls;
    }

    boolean explains(Object violation) {
      return violation.toString().contains(symptom);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(Bug bug) throws ReflectiveOperationException {
    MutatedClasses classes = new MutatedClasses(bug.calls);
    Class<?> simulation = classes.loadClass(DriverSimulation.class.getName());
    Method run = simulation.getDeclaredMethod("run", long.class);
    run.setAccessible(true);
    List<Object> found = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS && found.stream().noneMatch(bug::explains); seed++) {
      Object trace = run.invoke(null, seed);
      Method violations = trace.getClass().getDeclaredMethod("violations");
      violations.setAccessible(true);
      found.addAll((List<?>) violations.invoke(trace));
    }
    assertThat(found).as("what %d seeds find", SEEDS).anyMatch(bug::explains);
  }
}
