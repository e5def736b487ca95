package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The machine's nodes, read from trees as Linux shows them. */
class SystemNumaTest {

  @TempDir Path root;
  private int cpu;
  private int looks;

  @BeforeEach
  void noNodesYet() throws IOException {
    online("");
  }

  private void online(String list) throws IOException {
    Files.writeString(root.resolve("online"), list + "\n");
  }

  private void node(int number, String distances, String cpus) throws IOException {
    Path folder = Files.createDirectory(root.resolve("node" + number));
    Files.writeString(folder.resolve("distance"), distances + "\n");
    Files.writeString(folder.resolve("cpulist"), cpus + "\n");
  }

  private NumaTopology read() {
    return SystemNuma.of(root, () -> Optional.of(this::look));
  }

  private int look() {
    looks++;
    return cpu;
  }

  private void fourNodesInARing() throws IOException {
    online("0-3");
    node(0, "10 16 22 16", "0-1,8-9");
    node(1, "16 10 16 22", "2-3,10-11");
    node(2, "22 16 10 16", "4-5,12-13");
    node(3, "16 22 16 10", "6-7,14-15");
  }

  @Test
  void oneNodeCostsNothing() throws IOException {
    online("0");
    node(0, "10", "0-7");
    assertThat(read()).isSameAs(NumaTopology.SINGLE_NODE);
    assertThat(looks).isZero();
  }

  @Test
  void aMachineThatTellsNothingHasOneNode() {
    assertThat(SystemNuma.of(root.resolve("none"), () -> Optional.of(this::look)))
        .isSameAs(NumaTopology.SINGLE_NODE);
    assertThat(read()).as("none is online").isSameAs(NumaTopology.SINGLE_NODE);
  }

  @Test
  void whereTheCpuIsNotKnownTheNodesAreOne() throws IOException {
    fourNodesInARing();
    assertThat(SystemNuma.of(root, Optional::<IntSupplier>empty))
        .isSameAs(NumaTopology.SINGLE_NODE);
  }

  @Test
  void distancesAreThoseOfTheMachine() throws IOException {
    fourNodesInARing();
    NumaTopology numa = read();
    assertThat(numa.nodeCount()).isEqualTo(4);
    assertThat(numa.distance(0, 0)).isEqualTo(NumaTopology.LOCAL_DISTANCE);
    assertThat(numa.distance(0, 2)).isEqualTo(22);
    assertThat(numa.distance(3, 1)).isEqualTo(22);
    assertThat(numa.distance(1, 2)).isEqualTo(16);
    assertThat(numa.distance(1, 9)).as("no such node").isEqualTo(NumaTopology.LOCAL_DISTANCE);
  }

  @Test
  void nodesThatAreNotOnlineLeaveGaps() throws IOException {
    online("0,2");
    node(0, "10 21", "0-1");
    node(2, "21 10", "2-3");
    NumaTopology numa = read();
    assertThat(numa.nodeCount()).isEqualTo(3);
    assertThat(numa.distance(2, 0)).isEqualTo(21);
    assertThat(numa.distance(2, 1)).isEqualTo(NumaTopology.LOCAL_DISTANCE);
    cpu = 3;
    assertThat(numa.currentNode()).isEqualTo(2);
  }

  @Test
  void aNodeOfMemoryAloneHasNoCpus() throws IOException {
    online("0-1");
    node(0, "10 40", "0-3");
    node(1, "40 10", "");
    cpu = 3;
    assertThat(read().currentNode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "9,0", "3,1", "12,2", "7,3", "15,3", "16,0", "-1,0"})
  void theCurrentNodeIsThatOfTheCpu(int number, int node) throws IOException {
    fourNodesInARing();
    cpu = number;
    assertThat(read().currentNode()).isEqualTo(node);
  }

  @Test
  void aThreadLooksWhereItRunsEveryNowAndThen() throws IOException {
    fourNodesInARing();
    NumaTopology numa = read();
    for (int i = 0; i < SystemNuma.CALLS_PER_LOOK; i++) {
      assertThat(numa.currentNode()).isZero();
      cpu = 4;
    }
    assertThat(looks).isOne();
    assertThat(numa.currentNode()).isEqualTo(2);
    assertThat(looks).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0-1   | 10      | distance: 1 distances: expected 2, one for each online node",
        "0-1   | 10 x    | distance: \"x\" is not what Linux writes there",
        "0-1   | 10 -1   | distance: \"-1\" is not what Linux writes there",
        "1-0   | 10 20   | online: \"1-0\" is not what Linux writes there",
        "0-1-2 | 10 20   | online: \"0-1-2\" is not what Linux writes there",
        "0,    | 10 20   | online: \"\" is not what Linux writes there",
        "5000  | 10 20   | online: \"5000\" is not what Linux writes there"
      })
  void aTreeThatMakesNoSenseIsTakenForOneNode(String online, String distances, String why)
      throws IOException {
    online(online);
    node(0, distances, "0");
    node(1, distances, "1");
    assertThatThrownBy(() -> NodeTree.read(root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(why);
    assertThat(read()).isSameAs(NumaTopology.SINGLE_NODE);
  }

  @Test
  void thisMachineCanBeAsked() {
    NumaTopology numa = SystemNuma.detect();
    assertThat(numa.currentNode()).isBetween(0, numa.nodeCount() - 1);
    assertThat(numa.distance(0, 0)).isEqualTo(NumaTopology.LOCAL_DISTANCE);
  }

  @Test
  void theCLibraryTellsTheCpu() {
    IntSupplier current = CurrentCpu.system().orElseThrow();
    assertThat(current.getAsInt()).isNotNegative();
  }

  @Test
  void onFourNodesEachUsesItsNearestPath() throws IOException {
    fourNodesInARing();
    Moving machine = new Moving(read());
    HeadFixture fixture = new HeadFixture(IoPolicies.NUMA, machine, MpathHeadOptions.DEFAULTS);
    FakePath atOne = fixture.path(MpathAccessState.OPTIMIZED, 1);
    FakePath atThree = fixture.path(MpathAccessState.OPTIMIZED, 3);
    FakePath slowAtZero = fixture.path(MpathAccessState.NONOPTIMIZED, 0);
    List<FakePath> used = new ArrayList<>();
    for (machine.node = 0; machine.node < 4; machine.node++) {
      used.add(fixture.pathOfNextRead());
    }
    assertThat(used)
        .as("0 and 2 are as far from 1 as from 3: the first registered")
        .containsExactly(atOne, atOne, atOne, atThree);
    machine.node = 1;
    fixture.set(atOne, FakePath.Link.GONE);
    assertThat(fixture.pathOfNextRead()).as("far, but optimized").isSameAs(atThree);
    machine.node = 2;
    fixture.set(atThree, FakePath.Link.GONE);
    assertThat(fixture.pathOfNextRead()).isSameAs(slowAtZero);
  }

  @Test
  void onFourNodesRoundRobinTakesTurnsOnEachAlone() throws IOException {
    fourNodesInARing();
    Moving machine = new Moving(read());
    HeadFixture fixture =
        new HeadFixture(IoPolicies.ROUND_ROBIN, machine, MpathHeadOptions.DEFAULTS);
    FakePath a = fixture.path(MpathAccessState.OPTIMIZED, 1);
    FakePath b = fixture.path(MpathAccessState.OPTIMIZED, 3);
    List<FakePath> onZero = new ArrayList<>();
    List<FakePath> onTwo = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      machine.node = 0;
      onZero.add(fixture.pathOfNextRead());
      machine.node = 2;
      onTwo.add(fixture.pathOfNextRead());
    }
    assertThat(onZero).containsExactly(b, a, b, a);
    assertThat(onTwo).containsExactly(b, a, b, a);
  }

  /** A machine on which the test says where its thread runs. */
  private static final class Moving implements NumaTopology {

    private final NumaTopology machine;
    private int node;

    Moving(NumaTopology machine) {
      this.machine = machine;
    }

    @Override
    public int nodeCount() {
      return machine.nodeCount();
    }

    @Override
    public int currentNode() {
      return node;
    }

    @Override
    public int distance(int from, int to) {
      return machine.distance(from, to);
    }
  }
}
