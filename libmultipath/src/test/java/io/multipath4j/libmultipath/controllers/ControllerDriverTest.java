package io.multipath4j.libmultipath.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The library under a driver that is nothing like SCSI. */
class ControllerDriverTest {

  private final ControllerRig rig = new ControllerRig(IoPolicies.QUEUE_DEPTH);
  private final Controller first = new Controller("ctrl0");
  private final Controller second = new Controller("ctrl1");

  @Test
  void ioOfAControllerThatIsResetGoesToTheOther() {
    Namespace a = rig.connect(first);
    Namespace b = rig.connect(second);
    Bio bio = rig.read();
    assertThat(a.held).hasSize(1);
    rig.on(() -> {
      first.become(Controller.State.RESETTING);
      a.endAll(BlockStatus.TRANSPORT);
    });
    rig.on(() -> b.endAll(BlockStatus.OK));
    assertThat(rig.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    assertThat(first.active.get() + second.active.get()).isZero();
    rig.assertBalanced();
  }

  @Test
  void ioWaitsForAControllerThatReconnectsUntilItsTimeIsOver() {
    Namespace path = rig.connect(first);
    rig.on(() -> first.become(Controller.State.CONNECTING));
    Bio waits = rig.read();
    assertThat(rig.ended).isEmpty();
    rig.on(() -> first.become(Controller.State.LIVE));
    rig.on(() -> path.endAll(BlockStatus.OK));
    assertThat(rig.ended).containsExactly(Map.entry(waits, BlockStatus.OK));
    rig.on(() -> first.become(Controller.State.CONNECTING));
    Bio fails = rig.read();
    rig.on(first::fastFailTimerExpired);
    assertThat(rig.ended).containsEntry(fails, BlockStatus.IOERR);
    rig.assertBalanced();
  }

  @Test
  void aChangeOfAccessMovesIoAndMovesItBack() {
    Namespace a = rig.connect(first);
    Namespace b = rig.connect(second);
    rig.on(() -> a.ana(Namespace.Ana.NONOPTIMIZED));
    rig.read();
    assertThat(b.held).hasSize(1);
    rig.on(() -> b.ana(Namespace.Ana.CHANGE));
    rig.read();
    assertThat(a.held).hasSize(1);
    rig.on(() -> {
      a.ana(Namespace.Ana.OPTIMIZED);
      b.ana(Namespace.Ana.OPTIMIZED);
    });
    rig.read();
    assertThat(a.held.size() + b.held.size()).isEqualTo(3);
    rig.on(() -> {
      a.endAll(BlockStatus.OK);
      b.endAll(BlockStatus.OK);
    });
    assertThat(rig.ended.values()).hasSize(3).containsOnly(BlockStatus.OK);
    rig.assertBalanced();
  }

  @Test
  void theNamespaceOutlivesItsLastControllerForAsLongAsItIsTold() {
    rig.connect(first);
    rig.on(() -> rig.head.life().setDelayedRemovalSecs(5));
    rig.delete(first);
    Bio bio = rig.read();
    rig.pass(4_000);
    Namespace back = rig.connect(second);
    rig.on(() -> back.endAll(BlockStatus.OK));
    assertThat(rig.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    rig.delete(second);
    rig.pass(5_001);
    assertThat(rig.driver.told)
        .containsExactly("add ng live=true", "remove", "delete ng live=false");
    rig.assertBalanced();
  }

  @Test
  void onePolicyForAllNamespacesIsTheDriversMatter() {
    ControllerRig other = new ControllerRig(IoPolicies.NUMA);
    Controller.setPolicy(IoPolicies.ROUND_ROBIN, java.util.List.of(rig.head, other.head));
    assertThat(rig.head.ioPolicy()).isSameAs(IoPolicies.ROUND_ROBIN);
    assertThat(other.head.ioPolicy()).isSameAs(IoPolicies.ROUND_ROBIN);
  }
}
