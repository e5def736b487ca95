package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.initiator.AttachFailedException;
import io.multipath4j.initiator.DiskDefaults;
import io.multipath4j.initiator.Initiator;
import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Paths on their way to disks, while portals, units and their user change their minds. */
class InitiatorTest {

  private static final InitiatorConfig KEEPS_TRYING = InitiatorConfig.DEFAULTS.withKeepTrying(true);

  private final InitiatorRig rig = new InitiatorRig();

  private static String failure(CompletableFuture<?> ready) {
    Throwable cause = ready.exceptionNow();
    assertThat(cause).isInstanceOf(AttachFailedException.class);
    return String.valueOf(cause.getMessage());
  }

  @Test
  void aPathThatComesLateJoinsTheDiskThatIsServedWithoutIt() {
    rig.portal(1).cut();
    Initiator initiator = rig.initiator(InitiatorConfig.DEFAULTS);
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(initiator, rig.paths(InitiatorRig.one()));
    rig.runMillis(1_500);
    assertThat(ready.join()).hasSize(1);
    assertThat(rig.waits).hasSize(1).first().asString().contains("cannot connect");

    rig.portal(1).restore();
    rig.runMillis(5_000);

    assertThat(paths(initiator)).hasSize(2);
    assertThat(rig.waits).hasSize(1);
  }

  @Test
  void aSilentPortalDelaysTheDiskByTheGraceAndNoMore() {
    rig.portal(1).blackHole();
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(rig.initiator(InitiatorConfig.DEFAULTS), rig.paths(InitiatorRig.one()));

    rig.runMillis(900);
    assertThat(ready).isNotDone();
    rig.runMillis(200);
    assertThat(ready.join()).hasSize(1);
  }

  @Test
  void portalsThatRefuseAreToldOnceEachAndEndIt() {
    rig.portal(0).refuse();
    rig.portal(1).refuse();
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(rig.initiator(InitiatorConfig.DEFAULTS), rig.paths(InitiatorRig.one()));
    rig.runMillis(4_000);

    assertThat(failure(ready)).startsWith("no path could be attached:").hasLineCount(3);
    assertThat(rig.waits).hasSize(2);
  }

  @Test
  void whoKeepsTryingGetsTheDiskWhenAPortalOpens() {
    rig.portal(0).refuse();
    rig.portal(1).refuse();
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(rig.initiator(KEEPS_TRYING), rig.paths(InitiatorRig.one()));
    rig.runMillis(60_000);
    assertThat(ready).isNotDone();

    rig.portal(0).restore();
    rig.runMillis(5_000);

    assertThat(ready.join()).hasSize(1);
  }

  @Test
  void aTargetWithoutUnitsIsAskedAgainUntilItHasOne() {
    rig.onArray(() -> rig.array.device().remove(1));
    Initiator initiator = rig.initiator(KEEPS_TRYING);
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(initiator, rig.paths(OptionalLong.empty()));
    rig.runMillis(3_000);
    assertThat(ready).isNotDone();
    assertThat(rig.waits).hasSize(2).allMatch(told -> told.contains("lists no logical unit"));

    rig.onArray(() -> rig.array.device().add(InitiatorRig.unit(2)));
    rig.runMillis(3_000);

    assertThat(ready.join()).hasSize(1);
    assertThat(paths(initiator)).hasSize(2);
  }

  @Test
  void aNamedUnitThatAppearsLaterIsFound() {
    rig.onArray(() -> rig.array.device().remove(1));
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(rig.initiator(KEEPS_TRYING), rig.paths(InitiatorRig.one()));
    rig.runMillis(3_000);
    assertThat(ready).isNotDone();

    rig.onArray(() -> rig.array.device().add(InitiatorRig.unit(1)));
    rig.runMillis(3_000);

    assertThat(ready.join()).hasSize(1);
  }

  @Test
  void aUnitThatTellsNoSizeIsNoDiskYet() {
    standby();
    Initiator initiator = rig.initiator(InitiatorConfig.DEFAULTS);
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(initiator, rig.paths(InitiatorRig.one()));
    rig.runMillis(2_000);

    assertThat(failure(ready)).startsWith("no disk takes I/O yet:").contains("its size");
    assertThat(initiator.disks()).isEmpty();
  }

  @Test
  void whoKeepsTryingWaitsForTheSize() {
    standby();
    CompletableFuture<List<BlockDevice>> ready =
        rig.attach(rig.initiator(KEEPS_TRYING), rig.paths(InitiatorRig.one()));
    rig.runMillis(5_000);
    assertThat(ready).isNotDone();

    rig.onArray(() -> rig.array.setAccessState(1, AccessState.ACTIVE_OPTIMIZED));
    rig.runMillis(40_000);

    assertThat(ready.join())
        .singleElement()
        .extracting(BlockDevice::capacityBytes)
        .isEqualTo(InitiatorRig.BYTES);
  }

  @Test
  void closedAtAnyMomentItEndsItsSessionsAndTellsNothingMore() {
    for (int micros = 0; micros < 3_000; micros += 50) {
      InitiatorRig one = new InitiatorRig();
      Initiator initiator = one.initiator(KEEPS_TRYING);
      CompletableFuture<List<BlockDevice>> ready =
          one.begin(initiator, one.paths(OptionalLong.empty()));
      one.network.runFor(micros * 1_000L);
      boolean wasReady = ready.isDone();
      one.loop.execute(initiator::close);
      one.runMillis(1);
      int told = one.events.size() + one.waits.size();

      one.runMillis(30_000);

      assertThat(ready).as("closed after %d us", micros).isDone();
      if (!wasReady) {
        assertThat(failure(ready)).isEqualTo("stopped");
      }
      assertThat(one.events.size() + one.waits.size()).isEqualTo(told);
      assertThat(one.portal(0).connectionCount()).as("after %d us", micros).isZero();
      assertThat(one.portal(1).connectionCount()).isZero();
      assertThat(initiator.disks()).isEmpty();
    }
  }

  @Test
  void disksBeginWithWhatTheUserSaid() {
    DiskDefaults wanted = new DiskDefaults(30, false, 7_000);
    Initiator initiator = rig.initiator(InitiatorConfig.DEFAULTS.withDisks(wanted));
    var ready = rig.attach(initiator, rig.paths(InitiatorRig.one()));
    rig.runMillis(1_500);

    assertThat(ready).isCompleted();
    var head = initiator.multipath().mpathHeads().getFirst().mpath();
    assertThat(head.life().delayedRemovalSecs()).isEqualTo(30);
    assertThat(head.queueIfNoPath()).isTrue();
    assertThat(head.noPathTimeoutNanos()).isEqualTo(7_000_000_000L);
  }

  private void standby() {
    rig.onArray(() -> {
      rig.array.setAccessState(1, AccessState.STANDBY);
      rig.array.setAccessState(2, AccessState.STANDBY);
    });
  }

  private static List<?> paths(Initiator initiator) {
    return initiator.multipath().heads().stream()
        .map(HeadSnapshot::paths)
        .flatMap(List::stream)
        .toList();
  }
}
