package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PathFailureTest {

  private static final int[] INQUIRY_DATA_CHANGED = {6, 0x3F, 0x03};

  private static final int[] CAPACITY_CHANGED = {6, 0x2A, 0x09};

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final Rig rig = new Rig(Rig.ALWAYS);
  private final List<BlockStatus> ended = new ArrayList<>();
  private Rig.Path a;
  private Rig.Path b;
  private BlockDevice disk;

  @BeforeEach
  void attachTwoPaths() {
    a = rig.path("a", unit);
    b = rig.path("b", unit);
    rig.add(a);
    rig.add(b);
    disk = rig.disk(0);
    rig.events.clear();
  }

  private void submitWrites(int count) {
    for (int i = 0; i < count; i++) {
      ByteBuffer data = ByteBuffer.allocateDirect(512).put(0, (byte) (i + 1));
      disk.submit(new Bio().asWrite(i * 512L, 512, data, 0, 0, bio -> ended.add(bio.status())));
    }
  }

  private void assertThatWritesAreThere(int count) {
    assertThat(ended).hasSize(count).containsOnly(BlockStatus.OK);
    for (int i = 0; i < count; i++) {
      assertThat(unit.medium[i * 512]).isEqualTo((byte) (i + 1));
    }
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::inFlight).containsOnly(0L);
    assertThat(rig.head(0).parked()).isZero();
    assertThat(rig.head(0).safetyTimerFirings()).isZero();
  }

  @Test
  void aPathThatDiesAmidIoIsNotNoticedAboveAndIsUsedAgainWhenItReturns() {
    submitWrites(64);
    rig.loop.schedule(50_000, () -> a.transport().cut("connection reset by peer"));
    rig.runMillis(100);
    assertThatWritesAreThere(64);
    assertThat(a.transport().outstanding()).isZero();
    assertThat(rig.events)
        .extracting(MultipathEvent::text)
        .containsExactly(
            "sda: path sda:0 failed: iqn.t at a LUN 0: its connection is lost: connection reset"
                + " by peer (1 of 2 paths working)");
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("blocked");
    assertThat(rig.head(0).paths().getFirst().lastError())
        .isEqualTo("its connection is lost: connection reset by peer");
    assertThat(rig.head(0).paths().getFirst().failovers()).isPositive();

    a.transport().restore();
    rig.runMillis(100);
    assertThat(rig.lastEvent())
        .isEqualTo("sda: path sda:0 is back: iqn.t at a LUN 0 (2 of 2 paths working)");
    int before = a.transport().commandsCarried;
    ended.clear();
    submitWrites(4);
    rig.runMillis(100);
    assertThatWritesAreThere(4);
    assertThat(a.transport().commandsCarried).isEqualTo(before + 2);
  }

  @Test
  void withAllPathsBlockedIoWaitsAndGoesOnWithTheFirstThatReturns() {
    a.transport().cut("test");
    b.transport().cut("test");
    submitWrites(8);
    rig.runMillis(1_000);
    assertThat(ended).isEmpty();
    assertThat(rig.head(0).parked()).isEqualTo(8);
    b.transport().restore();
    rig.runMillis(50);
    assertThatWritesAreThere(8);
  }

  @Test
  void whenNoPathComesBackInTimeIoFails() {
    a.transport().cut("test");
    b.transport().cut("test");
    submitWrites(8);
    rig.runMillis(Rig.TIMEOUTS.replacementMillis() + 100);
    assertThat(ended).hasSize(8).containsOnly(BlockStatus.IOERR);
    assertThat(rig.head(0).paths())
        .extracting(PathSnapshot::deviceState)
        .containsOnly("transport-offline");
    b.transport().restore();
    rig.runMillis(100);
    ended.clear();
    submitWrites(2);
    rig.runMillis(100);
    assertThatWritesAreThere(2);
  }

  @Test
  void withQueueingIoWaitsForPathsThatWereGivenUp() {
    rig.multipath.setQueueIfNoPath(0, true);
    a.transport().cut("test");
    b.transport().cut("test");
    submitWrites(8);
    rig.runMillis(60_000);
    assertThat(ended).isEmpty();
    a.transport().restore();
    rig.runMillis(100);
    assertThatWritesAreThere(8);
  }

  @Test
  void aPathRemovedAmidIoHandsItsIoToTheOthers() {
    submitWrites(64);
    rig.multipath.removePath(a.device());
    a.host().remove(a.device());
    rig.runMillis(100);
    assertThatWritesAreThere(64);
  }

  @Test
  void aSilentPathIsLeftWhenItsCommandsTimeOut() {
    a.transport().blackHole();
    submitWrites(8);
    rig.runMillis(10_000);
    assertThatWritesAreThere(8);
    assertThat(rig.kinds()).contains(Kind.PATH_FAILED);
  }

  // ---- another unit in a path's place -----------------------------------------------------------

  private FakeLogicalUnit impostor() {
    FakeLogicalUnit other = unit.twin();
    other.serial = "SN2";
    return other;
  }

  @Test
  void aPathThatComesBackToAnotherUnitIsNeverUsed() {
    FakeLogicalUnit other = impostor();
    a.transport().cut("test");
    a.transport().swap(other);
    a.transport().restore();
    rig.runMillis(100);
    assertThat(rig.kinds()).containsExactly(Kind.PATH_FAILED, Kind.PATH_REFUSED);
    assertThat(rig.lastEvent())
        .isEqualTo(
            "sda: path sda:0 refused: another logical unit answers at iqn.t at a LUN 0: serial"
                + " number 'SN1' against 'SN2'; it is not used any more. Correct the mapping on"
                + " the target, then set the path running");
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
    assertThat(rig.head(0).paths().getFirst().lastError()).contains("'SN1' against 'SN2'");
    submitWrites(16);
    rig.runMillis(100);
    assertThatWritesAreThere(16);
    assertThat(other.readsServed + other.writesServed).isZero();

    // Not even when the right unit is back, until somebody says so.
    a.transport().cut("test");
    a.transport().swap(unit);
    a.transport().restore();
    rig.runMillis(5_000);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
    a.device().setState(DeviceState.RUNNING);
    rig.runMillis(100);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("running");
    assertThat(rig.lastEvent()).startsWith("sda: path sda:0 is back");
  }

  @Test
  void settingASwappedPathRunningWithoutCorrectingTheMappingDoesNotHelp() {
    FakeLogicalUnit other = impostor();
    a.transport().cut("test");
    a.transport().swap(other);
    a.transport().restore();
    rig.runMillis(100);
    a.device().setState(DeviceState.RUNNING);
    submitWrites(16);
    rig.runMillis(100);
    assertThatWritesAreThere(16);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
    assertThat(other.readsServed + other.writesServed).isZero();
  }

  @Test
  void theLastPathLeadingToAnotherUnitFailsIoRatherThanMisplacingIt() {
    FakeLogicalUnit other = impostor();
    rig.multipath.removePath(b.device());
    a.transport().cut("test");
    submitWrites(4);
    a.transport().swap(other);
    a.transport().restore();
    rig.runMillis(1_000);
    assertThat(ended).hasSize(4).containsOnly(BlockStatus.IOERR);
    assertThat(other.writesServed).isZero();
  }

  @Test
  void aUnitThatSaysItChangedGetsNoIoUntilItWasLookedAt() {
    FakeLogicalUnit other = impostor();
    a.transport().swap(other);
    a.transport().nextSense.add(INQUIRY_DATA_CHANGED);
    submitWrites(2);
    rig.runMillis(100);
    assertThatWritesAreThere(2);
    assertThat(other.writesServed).isZero();
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
  }

  @Test
  void aUnitThatSaysItChangedButIsTheSameGoesOn() {
    a.transport().nextSense.add(INQUIRY_DATA_CHANGED);
    submitWrites(2);
    rig.runMillis(100);
    assertThatWritesAreThere(2);
    assertThat(rig.kinds()).containsExactly(Kind.PATH_FAILED, Kind.PATH_REINSTATED);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::deviceState).containsOnly("running");
  }

  @Test
  void aPathLostWhileItIsLookedAtIsCheckedWhenItReturns() {
    FakeLogicalUnit other = impostor();
    a.transport().nextSense.add(INQUIRY_DATA_CHANGED);
    submitWrites(2);
    assertThat(rig.runUntil(() -> rig.head(0).paths().getFirst().deviceState().equals("blocked")))
        .isTrue();
    a.transport().cut("test");
    rig.runMillis(100);
    assertThatWritesAreThere(2);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("blocked");
    rig.runMillis(Rig.TIMEOUTS.replacementMillis());
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("transport-offline");
    a.transport().swap(other);
    a.transport().restore();
    rig.runMillis(100);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
  }

  @Test
  void aUnitMayGrowWhileItsPathIsAwayButNotShrink() {
    byte[] before = unit.medium;
    unit.medium = java.util.Arrays.copyOf(before, before.length * 2);
    a.transport().cut("test");
    a.transport().restore();
    rig.runMillis(100);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::deviceState).containsOnly("running");
    assertThat(rig.head(0).capacityBytes()).isEqualTo(before.length);
    b.transport().cut("test");
    b.transport().restore();
    rig.runMillis(100);
    assertThat(rig.head(0).capacityBytes()).as("all paths agree").isEqualTo(before.length * 2L);
    unit.medium = java.util.Arrays.copyOf(unit.medium, before.length);
    a.transport().cut("test");
    a.transport().restore();
    rig.runMillis(100);
    assertThat(rig.lastEvent()).contains("capacity 262144 bytes against 131072 bytes");
  }

  @Test
  void aUnitThatSaysItsSizeChangedIsAskedThroughAllPaths() {
    int before = unit.medium.length;
    unit.medium = java.util.Arrays.copyOf(unit.medium, before * 2);
    a.transport().nextSense.add(CAPACITY_CHANGED);
    submitWrites(2);
    rig.runMillis(5_000);
    assertThatWritesAreThere(2);
    assertThat(rig.events).isEmpty();
    assertThat(rig.head(0).capacityBytes()).isEqualTo(before * 2L);
    assertThat(rig.add(rig.path("c", unit))).isInstanceOf(AddResult.JoinedHead.class);
    rig.events.clear();

    unit.medium = java.util.Arrays.copyOf(unit.medium, before);
    a.transport().nextSense.add(CAPACITY_CHANGED);
    ended.clear();
    submitWrites(3);
    rig.runMillis(5_000);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::deviceState).containsOnly("refused");
    assertThat(rig.head(0).capacityBytes()).as("never silently smaller").isEqualTo(before * 2L);
  }

  @Test
  void pathsThatDisagreeAboutTheSizeAreReportedOnceAndTheDiskStaysAsItIs() {
    long before = rig.head(0).capacityBytes();
    FakeLogicalUnit larger = unit.twin();
    larger.medium = java.util.Arrays.copyOf(unit.medium, unit.medium.length * 2);
    a.transport().swap(larger);
    a.transport().nextSense.add(CAPACITY_CHANGED);
    submitWrites(2);
    rig.runMillis(60_000);
    assertThat(rig.events)
        .extracting(MultipathEvent::text)
        .containsExactly(
            "sda: its paths tell different sizes: sda:0 262144 bytes, sda:1 131072 bytes; it stays"
                + " at 131072 bytes until they agree");
    assertThat(rig.head(0).capacityBytes()).isEqualTo(before);
    rig.events.clear();
    b.transport().swap(larger);
    b.transport().nextSense.add(CAPACITY_CHANGED);
    ended.clear();
    submitWrites(2);
    rig.runMillis(60_000);
    assertThat(rig.events).isEmpty();
    assertThat(rig.head(0).capacityBytes()).isEqualTo(2 * before);
  }

  @Test
  void aPathThatReturnsBeforeItsUnitIsReadyWorksAsSoonAsTheUnitIs() {
    rig.multipath.removePath(b.device());
    a.transport().cut("test");
    unit.notReady = true;
    a.transport().restore();
    rig.runMillis(1_000);
    submitWrites(2);
    rig.runMillis(500);
    assertThat(ended).isEmpty();
    unit.notReady = false;
    rig.runMillis(5_000);
    assertThatWritesAreThere(2);
  }

  @Test
  void aUnitThatHasShrunkWhenItIsReadyAgainIsRefused() {
    a.transport().cut("test");
    unit.notReady = true;
    a.transport().restore();
    rig.runMillis(500);
    unit.medium = java.util.Arrays.copyOf(unit.medium, unit.medium.length / 2);
    unit.notReady = false;
    rig.runMillis(5_000);
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
  }

  @Test
  void anAttentionDuringTheCheckOfAReturnMakesItStartAnew() {
    FakeLogicalUnit other = impostor();
    a.transport().cut("test");
    a.transport().restore();
    rig.loop.schedule(
        450_000, // INQUIRY, and the pages with the identity, have been answered
        () -> {
          a.transport().swap(other);
          a.transport().nextSense.add(INQUIRY_DATA_CHANGED);
        });
    rig.runMillis(100);
    submitWrites(16);
    rig.runMillis(100);
    assertThatWritesAreThere(16);
    assertThat(other.writesServed).isZero();
    assertThat(rig.head(0).paths().getFirst().deviceState()).isEqualTo("refused");
  }
}
