package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.multipath.AddResult.JoinedHead;
import io.multipath4j.scsi.multipath.AddResult.NewHead;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Paths that are on their head's list, and may not carry I/O yet. */
class PendingPathTest {

  private static final int[] ACCESS_STATE_CHANGED = {6, 0x2A, 0x06};

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final FakeLogicalUnit standby = unit.twin();
  private Rig rig = new Rig(Rig.ALWAYS);

  private PathState use(int path) {
    return rig.head(0).paths().get(path).use();
  }

  // ---- a port in standby ------------------------------------------------------------------------

  @Test
  void aPathWithoutASizeJoinsAndIsUsedAsSoonAsItHasOne() {
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    assertThat(rig.add(rig.path("b", standby))).isInstanceOf(JoinedHead.class);
    assertThat(use(1)).isEqualTo(PathState.WAITING);
    assertThat(rig.lastEvent())
        .isEqualTo(
            "sda: path sda:1 failed: iqn.t at b LUN 0: its logical unit does not tell its size yet"
                + " (1 of 2 paths working)");
    for (int i = 0; i < 8; i++) {
      assertThat(rig.read(rig.disk(0), i, new byte[512])).isEqualTo(BlockStatus.OK);
    }
    assertThat(standby.readsServed).isZero();
    standby.notReady = false;
    rig.runMillis(3_000);
    assertThat(use(1)).isEqualTo(PathState.USABLE);
    assertThat(rig.lastEvent()).startsWith("sda: path sda:1 is back");
    for (int i = 0; i < 8; i++) {
      rig.read(rig.disk(0), i, new byte[512]);
    }
    assertThat(standby.readsServed).isEqualTo(4);
  }

  @Test
  void aDiskWhosePathsAllWithholdTheSizeIsLiveWithTheFirstThatTellsIt() {
    unit.notReady = true;
    Rig.Path a = rig.path("a", unit);
    assertThat(rig.add(a)).isInstanceOf(NewHead.class);
    assertThat(rig.disk(0).capacityBytes()).isZero();
    assertThat(rig.read(rig.disk(0), 0, new byte[512])).isNotEqualTo(BlockStatus.OK);
    assertThat(rig.add(rig.path("b", standby))).isInstanceOf(JoinedHead.class);
    assertThat(rig.disk(0).capacityBytes()).isEqualTo(standby.medium.length);
    assertThat(rig.read(rig.disk(0), 0, new byte[512])).isEqualTo(BlockStatus.OK);
    unit.notReady = false;
    rig.runMillis(3_000);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::use).containsOnly(PathState.USABLE);
  }

  @Test
  void ioWaitsForAPathThatHasNoSizeYet() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    standby.notReady = true;
    rig.add(rig.path("b", standby));
    rig.multipath.removePath(a.device());
    List<BlockStatus> ended = new ArrayList<>();
    ByteBuffer data = ByteBuffer.allocateDirect(512);
    rig.disk(0).submit(new Bio().asRead(0, 512, data, 0, bio -> ended.add(bio.status())));
    rig.runMillis(1_000);
    assertThat(ended).isEmpty();
    standby.notReady = false;
    rig.runMillis(3_000);
    assertThat(ended).containsExactly(BlockStatus.OK);
    assertThat(rig.head(0).safetyTimerFirings()).isZero();
  }

  @Test
  void aChangeOfTheAccessStateIsLookedAtAtOnce() {
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    rig.runMillis(70_000); // the pauses have grown by now
    standby.notReady = false;
    b.transport().nextSense.add(ACCESS_STATE_CHANGED);
    var _ = b.device().control(0, 0, cdb -> {});
    rig.runMillis(50);
    assertThat(use(1)).isEqualTo(PathState.USABLE);
  }

  @Test
  void aStandbyPathCostsLessAndLess() {
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    rig.runMillis(100_000);
    int before = b.transport().commandsCarried;
    rig.runMillis(320_000);
    int perLook = 10;
    assertThat(b.transport().commandsCarried - before).isBetween(5, 12 * perLook);
  }

  @Test
  void aPathWhoseSizeTurnsOutToBeAnotherIsTakenOut() {
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    standby.medium = new byte[unit.medium.length * 2];
    standby.notReady = false;
    rig.runMillis(3_000);
    assertThat(b.device().state()).isEqualTo(DeviceState.OFFLINE);
    assertThat(rig.lastEvent()).contains("capacity 131072 bytes against 262144 bytes");
    for (int i = 0; i < 8; i++) {
      rig.read(rig.disk(0), i, new byte[512]);
    }
    assertThat(standby.readsServed).isZero();
  }

  @Test
  void contentIsComparedWhenTheSizeIsKnown() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, true));
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    standby.medium[70_000] = 1;
    standby.medium[0] = 1;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    standby.notReady = false;
    rig.runMillis(5_000);
    assertThat(rig.head(0).paths().get(1).lastError()).contains("content differs at LBA 0");
    assertThat(b.device().state()).isEqualTo(DeviceState.OFFLINE);

    standby.medium = unit.medium.clone();
    b.device().setState(DeviceState.RUNNING);
    rig.runMillis(5_000);
    assertThat(use(1)).as("an operator let it try again").isEqualTo(PathState.USABLE);
  }

  // ---- admission steps --------------------------------------------------------------------------

  @Test
  void aPathCarriesNothingBeforeEachStepAgrees() {
    List<CompletableFuture<String>> asked = new ArrayList<>();
    rig.multipath.addAdmissionStep(path -> {
      asked.add(new CompletableFuture<>());
      return asked.getLast();
    });
    Rig.Path a = rig.path("a", unit);
    CompletableFuture<AddResult> result = rig.multipath.addDevice(a.device());
    rig.runMillis(1_000);
    assertThat(result).isNotDone();
    asked.getFirst().complete("");
    assertThat(rig.await(result)).isInstanceOf(NewHead.class);
    assertThat(rig.read(rig.disk(0), 0, new byte[512])).isEqualTo(BlockStatus.OK);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aPathThatAStepRefusesIsAskedAgainUntilItAgrees() {
    BlockDevice disk = withTwoPaths();
    List<String> refusals = new ArrayList<>(List.of("not registered", "not registered"));
    rig.multipath.addAdmissionStep(path ->
        refusals.isEmpty()
            ? CompletableFuture.completedFuture("")
            : CompletableFuture.completedFuture(refusals.removeFirst()));
    Rig.Path c = rig.path("c", standby);
    assertThat(rig.add(c)).isInstanceOf(JoinedHead.class);
    assertThat(rig.lastEvent()).contains("sda:2 failed").contains("not registered");
    assertThat(use(2)).as("nothing waits for it").isEqualTo(PathState.UNAVAILABLE);
    for (int i = 0; i < 6; i++) {
      rig.read(disk, i, new byte[512]);
    }
    assertThat(standby.readsServed).isZero();
    rig.runMillis(10_000);
    assertThat(use(2)).isEqualTo(PathState.USABLE);
  }

  @Test
  void aPathThatReturnsIsAdmittedAnewBeforeItRuns() {
    withTwoPaths();
    Rig.Path c = rig.path("c", unit);
    rig.add(c);
    List<String> answers = new ArrayList<>(List.of("not registered"));
    List<String> asked = new ArrayList<>();
    rig.multipath.addAdmissionStep(path -> {
      asked.add(path.device().state().text());
      return CompletableFuture.completedFuture(answers.isEmpty() ? "" : answers.removeFirst());
    });
    c.transport().cut("test");
    c.transport().restore();
    rig.runMillis(100);
    assertThat(asked).containsExactly("blocked");
    assertThat(c.device().state()).isEqualTo(DeviceState.BLOCKED);
    rig.runMillis(2_000);
    assertThat(asked).containsExactly("blocked", "blocked");
    assertThat(c.device().state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void aStepThatThrowsOrNeverAnswersAdmitsNothing() {
    rig.add(rig.path("a", unit));
    AdmissionStep broken =
        path -> {
          throw new IllegalStateException("no key");
        };
    rig.multipath.addAdmissionStep(broken);
    rig.add(rig.path("b", unit));
    assertThat(rig.lastEvent()).contains("its admission failed: no key");
    rig.multipath.removeAdmissionStep(broken);
    AdmissionStep silent = path -> new CompletableFuture<>();
    rig.multipath.addAdmissionStep(silent);
    rig.add(rig.path("c", unit));
    assertThat(rig.lastEvent()).contains("it was not admitted within 30 s");
    rig.multipath.removeAdmissionStep(silent);
    rig.runMillis(200_000);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::use).containsOnly(PathState.USABLE);
    assertThat(rig.kinds().getLast()).isEqualTo(Kind.PATH_REINSTATED);
  }

  @Test
  void aPathRemovedDuringItsAdmissionLeavesNothing() {
    CompletableFuture<String> answer = new CompletableFuture<>();
    rig.multipath.addAdmissionStep(path -> answer);
    Rig.Path a = rig.path("a", unit);
    CompletableFuture<AddResult> result = rig.multipath.addDevice(a.device());
    a.host().remove(a.device());
    answer.complete("");
    assertThat(rig.await(result)).isInstanceOf(AddResult.Refused.class);
    assertThat(rig.multipath.heads()).isEmpty();
  }

  private BlockDevice withTwoPaths() {
    rig.add(rig.path("a", unit));
    rig.add(rig.path("b", unit));
    return rig.disk(0);
  }

  // ---- what must not keep a path out, nor let it in ---------------------------------------------

  @Test
  void aPathThatWasHeldWhenItWasToBeLookedAtIsLookedAtWhenItRuns() {
    rig.add(rig.path("a", unit));
    standby.notReady = true;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    b.device().setState(DeviceState.QUIESCE);
    rig.runMillis(100_000);
    standby.notReady = false;
    b.device().setState(DeviceState.RUNNING);
    rig.runMillis(70_000);
    assertThat(use(1)).isEqualTo(PathState.USABLE);
  }

  @Test
  void aComparisonThatCouldNotBeMadeIsMadeAgain() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, true));
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    standby.notReady = true;
    Rig.Path b = rig.path("b", standby);
    rig.add(b);
    standby.notReady = false;
    assertThat(rig.runUntil(() -> standby.readsServed > 3)).isTrue();
    a.transport().cut("test"); // what is to be compared with cannot be read
    rig.runMillis(40_000);
    assertThat(b.device().state()).as("nothing is wrong with it").isEqualTo(DeviceState.RUNNING);
    assertThat(use(1)).isNotEqualTo(PathState.USABLE);
    a.transport().restore();
    rig.runMillis(70_000);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::use).containsOnly(PathState.USABLE);
  }

  @Test
  void theOnlyPathOfADiskIsNotComparedWithTheDiskThatWaitsForIt() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, true));
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    rig.multipath.setDelayedRemovalSecs(0, 60);
    a.host().remove(a.device());
    AdmissionStep refusing = path -> CompletableFuture.completedFuture("not registered");
    rig.multipath.addAdmissionStep(refusing);
    rig.add(rig.path("b", unit));
    rig.multipath.removeAdmissionStep(refusing);
    rig.runMillis(70_000);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::use).containsExactly(PathState.USABLE);
  }

  @Test
  void aPathThatIsNotAdmittedDoesNotMakeTheDiskReadOnly() {
    rig.add(rig.path("a", unit));
    AdmissionStep refusing = path -> CompletableFuture.completedFuture("not registered");
    rig.multipath.addAdmissionStep(refusing);
    standby.writeProtected = true;
    rig.add(rig.path("b", standby));
    rig.runMillis(5_000);
    assertThat(use(1)).isEqualTo(PathState.UNAVAILABLE);
    assertThat(rig.head(0).readOnly()).isFalse();
    rig.multipath.removeAdmissionStep(refusing);
    rig.runMillis(40_000);
    assertThat(use(1)).isEqualTo(PathState.USABLE);
    assertThat(rig.head(0).readOnly()).isTrue();
  }
}
