package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.multipath.AddResult.JoinedHead;
import io.multipath4j.scsi.multipath.AddResult.NewHead;
import io.multipath4j.scsi.multipath.AddResult.OrdinaryDisk;
import io.multipath4j.scsi.multipath.AddResult.Refused;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ScsiMultipathTest {

  private static final String ID = "naa.600140500000000000000000000000a1";

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private Rig rig = new Rig(Rig.ALWAYS);

  private static ScsiMultipathConfig mode(MultipathMode mode) {
    return new ScsiMultipathConfig(mode, IoPolicies.NUMA, false, false);
  }

  // ---- what is multipathed ----------------------------------------------------------------------

  @Test
  void twoPathsToOneUnitBecomeOneDisk() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    assertThat(rig.add(a)).isEqualTo(new NewHead(ID, 0, rig.disk(0)));
    assertThat(rig.add(b)).isEqualTo(new JoinedHead(ID, 0, rig.disk(0)));

    HeadSnapshot head = rig.head(0);
    assertThat(head.disk()).isEqualTo("sda");
    assertThat(head.id()).isEqualTo(ID);
    assertThat(head.capacityBytes()).isEqualTo(unit.medium.length);
    assertThat(head.blockBytes()).isEqualTo(512);
    assertThat(head.policy()).isEqualTo("round-robin");
    assertThat(head.paths()).extracting(PathSnapshot::name).containsExactly("sda:0", "sda:1");
    assertThat(head.paths())
        .extracting(PathSnapshot::address)
        .containsExactly("0:0:0:0", "1:0:0:0");
    assertThat(head.paths()).extracting(PathSnapshot::deviceState).containsOnly("running");
    assertThat(head.paths()).extracting(PathSnapshot::accessState).containsOnly("active/optimized");
    assertThat(rig.events)
        .extracting(MultipathEvent::text)
        .containsExactly(
            "sda: path sda:0 added: iqn.t at a LUN 0 (1 path)",
            "sda: path sda:1 added: iqn.t at b LUN 0 (2 paths)");
  }

  @Test
  void withModeOffEveryPathIsAnOrdinaryDisk() {
    rig = new Rig(mode(MultipathMode.OFF));
    assertThat(rig.add(rig.path("a", unit)))
        .isInstanceOfSatisfying(
            OrdinaryDisk.class,
            ordinary -> assertThat(ordinary.reason()).isEqualTo("multipath is off"));
    assertThat(rig.multipath.heads()).isEmpty();
  }

  @Test
  void modeOnAsksForTargetPortGroupsOfAnyKind() {
    rig = new Rig(mode(MultipathMode.ON));
    unit.tpgs = 0;
    assertThat(rig.add(rig.path("a", unit)))
        .isInstanceOfSatisfying(
            OrdinaryDisk.class,
            ordinary ->
                assertThat(ordinary.reason())
                    .isEqualTo(
                        "it reports no target port groups (TPGS 0), which mode on asks for and"
                            + " always does not"));
    for (int tpgs = 1; tpgs <= 3; tpgs++) {
      unit.tpgs = tpgs;
      assertThat(rig.add(rig.path("tpgs" + tpgs, unit)))
          .isInstanceOfAny(NewHead.class, JoinedHead.class);
    }
  }

  @Test
  void modeAlwaysTakesDevicesWithoutTargetPortGroupsAsOptimal() {
    unit.tpgs = 0;
    assertThat(rig.add(rig.path("a", unit))).isInstanceOf(NewHead.class);
    assertThat(rig.head(0).paths().getFirst().accessState()).isEqualTo("active/optimized");
  }

  @Test
  void withoutAnIdADeviceIsAnOrdinaryDisk() {
    unit.identifiedBy();
    assertThat(rig.add(rig.path("a", unit))).isInstanceOf(OrdinaryDisk.class);
    unit.identifiedBy(FakeLogicalUnit.t10("VENDOR  disk 1"));
    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(OrdinaryDisk.class);
    assertThat(rig.multipath.heads()).isEmpty();
  }

  @Test
  void whatIsNoDiskGetsNoHead() {
    unit.deviceType = 0x0D;
    assertThat(rig.add(rig.path("a", unit)))
        .isEqualTo(new AddResult.NoDisk("it is no disk, but of device type 13"));
  }

  @Test
  void aDeviceIsNotAddedTwice() {
    Rig.Path path = rig.path("a", unit);
    rig.add(path);
    assertThatIllegalArgumentException().isThrownBy(() -> rig.add(path));
  }

  // ---- merge safety -----------------------------------------------------------------------------

  private String refusal(Consumer<FakeLogicalUnit> difference) {
    rig.add(rig.path("a", unit));
    FakeLogicalUnit other = unit.twin();
    difference.accept(other);
    AddResult result = rig.add(rig.path("b", other));
    assertThat(result).isInstanceOf(Refused.class);
    assertThat(rig.head(0).paths()).hasSize(1);
    assertThat(rig.events.getLast().kind()).isEqualTo(Kind.PATH_REFUSED);
    assertThat(other.readsServed + other.writesServed).as("I/O on the wrong unit").isZero();
    String reason = ((Refused) result).reason();
    String names = "refused to merge iqn.t at b LUN 0 with iqn.t at a LUN 0: ";
    assertThat(reason).startsWith(names);
    return reason.substring(names.length());
  }

  @Test
  void anotherSerialNumberIsRefused() {
    assertThat(refusal(other -> other.serial = "SN2"))
        .isEqualTo("serial number 'SN2' against 'SN1'");
  }

  @Test
  void anotherVendorOrProductIsRefused() {
    assertThat(
            refusal(other -> {
              other.vendor = "OTHER";
              other.product = "THING";
            }))
        .isEqualTo("vendor 'OTHER' against 'FAKE'; product 'THING' against 'DISK'");
  }

  @Test
  void anotherCapacityIsRefused() {
    assertThat(refusal(other -> other.medium = new byte[512 * 512]))
        .isEqualTo("capacity 262144 bytes against 131072 bytes");
  }

  @Test
  void anotherBlockSizeIsRefused() {
    assertThat(refusal(other -> other.blockBytes = 4096))
        .isEqualTo("block size 4096 bytes against 512 bytes");
  }

  @Test
  void anotherContentIsRefusedWhenItIsToBeVerified() {
    rig = new Rig(ScsiMultipathConfig.forListedPaths(IoPolicies.NUMA, true));
    rig.add(rig.path("a", unit));
    FakeLogicalUnit other = unit.twin();
    other.medium[5 * 512] = 1;
    assertThat(rig.add(rig.path("b", other)))
        .isEqualTo(
            new Refused(
                "refused to merge iqn.t at b LUN 0 with iqn.t at a LUN 0: content differs at LBA"
                    + " 5"));
    assertThat(rig.add(rig.path("c", unit))).isInstanceOf(JoinedHead.class);
    assertThat(rig.head(0).paths())
        .extracting(PathSnapshot::name)
        .containsExactly("sda:0", "sda:1");
  }

  @Test
  void withoutVerifyingEqualTwinsCannotBeToldApart() {
    rig.add(rig.path("a", unit));
    FakeLogicalUnit other = unit.twin();
    other.medium[0] = 1;
    assertThat(rig.add(rig.path("b", other))).isInstanceOf(JoinedHead.class);
  }

  @Test
  void aWeakIdAlwaysBringsTheComparisonOfContent() {
    rig = new Rig(ScsiMultipathConfig.forListedPaths(IoPolicies.NUMA, false));
    unit.identifiedBy(FakeLogicalUnit.t10("VENDOR  disk 1"));
    rig.add(rig.path("a", unit));
    FakeLogicalUnit other = unit.twin();
    other.medium[0] = 1;
    assertThat(rig.add(rig.path("b", other))).isInstanceOf(Refused.class);
    assertThat(rig.add(rig.path("c", unit))).isInstanceOf(JoinedHead.class);
  }

  @Test
  void contentThatCannotBeComparedIsARefusal() {
    rig = new Rig(ScsiMultipathConfig.forListedPaths(IoPolicies.NUMA, true));
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    Rig.Path b = rig.path("b", unit);
    a.transport().cut("test");
    assertThat(((Refused) rig.add(b)).reason()).contains("content could not be compared");
    a.transport().restore();
    rig.runMillis(1_000);
    assertThat(rig.add(b)).isInstanceOf(JoinedHead.class);
  }

  @Test
  void aDeviceRemovedWhileItsContentIsComparedIsRefusedAndLeavesNothing() {
    rig = new Rig(ScsiMultipathConfig.forListedPaths(IoPolicies.NUMA, true));
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    Rig.Path b = rig.path("b", unit);
    var pending = rig.multipath.addDevice(b.device());
    assertThat(pending).isNotDone();
    b.host().remove(b.device());
    assertThat(rig.await(pending)).isInstanceOf(Refused.class);
    rig.multipath.removePath(a.device());
    assertThat(rig.multipath.heads()).as("no claim is left").isEmpty();
  }

  @Test
  void numbersAreInUseAsLongAsThereIsSomethingToNumber() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    rig.add(rig.path("b", unit));
    assertThat(rig.multipath.numbersInUse()).isEqualTo(new NumbersInUse(1, 1, 2));
    rig.multipath.removePath(a.device());
    assertThat(rig.multipath.numbersInUse()).isEqualTo(new NumbersInUse(1, 1, 1));
  }

  @Test
  void aPathTooManyIsRefusedAndIsNoSecondDisk() {
    for (int i = 0; i < ScsiMpathHead.MAX_PATHS; i++) {
      rig.add(rig.path("p" + i, unit));
    }
    assertThat(rig.add(rig.path("q", unit)))
        .isEqualTo(new Refused("refused iqn.t at q LUN 0: all 64 path indices are in use"));
    assertThat(rig.head(0).paths()).hasSize(ScsiMpathHead.MAX_PATHS);
  }

  // ---- coming and going -------------------------------------------------------------------------

  @Test
  void indicesAndNamesAreReusedFromTheLowest() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    rig.add(a);
    rig.add(b);
    rig.multipath.removePath(a.device());
    assertThat(rig.lastEvent()).isEqualTo("sda: path sda:0 removed: iqn.t at a LUN 0 (1 path)");
    rig.add(rig.path("c", unit));
    assertThat(rig.head(0).paths())
        .extracting(PathSnapshot::name)
        .containsExactly("sda:0", "sda:1");
  }

  @Test
  void theDiskGoesWithItsLastPathAndItsIoFails() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    var disk = rig.disk(0);
    a.host().remove(a.device());
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.lastEvent())
        .isEqualTo("sda: path sda:0 removed: iqn.t at a LUN 0 (it was the last)");
    assertThat(rig.read(disk, 0, new byte[512])).isEqualTo(BlockStatus.IOERR);
    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(NewHead.class);
    assertThat(rig.head(0).disk()).isEqualTo("sda");
  }

  @Test
  void eventsOfARemovedDeviceAreIgnored() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    rig.multipath.removePath(a.device());
    int before = rig.events.size();
    a.transport().cut("test");
    a.transport().restore();
    rig.runMillis(5_000);
    assertThat(rig.multipath.removePath(a.device())).isFalse();
    assertThat(rig.events).hasSize(before);
  }

  @Test
  void theDiskIsReadOnlyAsLongAsOneOfItsPathsIs() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    assertThat(rig.disk(0).limits().readOnly()).isFalse();
    FakeLogicalUnit guarded = unit.twin();
    guarded.writeProtected = true;
    Rig.Path b = rig.path("b", guarded);
    rig.add(b);
    assertThat(rig.head(0).readOnly()).isTrue();
    rig.multipath.removePath(b.device());
    assertThat(rig.head(0).readOnly()).isFalse();
  }

  @Test
  void theDisksLimitsAreThoseThatEveryPathCanDo() {
    rig.add(rig.path("a", unit));
    assertThat(rig.disk(0).limits().maxTransferBytes()).isEqualTo(64 * 1024);
    FakeTransport narrow = new FakeTransport("iqn.t at b", rig.loop, unit);
    narrow.maxTransferBytes = 8 * 1024;
    rig.add(rig.path(narrow));
    assertThat(rig.disk(0).limits().maxTransferBytes()).isEqualTo(8 * 1024);
    byte[] big = new byte[64 * 1024];
    big[60_000] = 7;
    assertThat(rig.write(rig.disk(0), 0, big)).isEqualTo(BlockStatus.OK);
    assertThat(unit.medium[60_000]).isEqualTo((byte) 7);
  }

  @Test
  void aPathIsOnTheNumaNodeOfItsTransport() {
    FakeTransport near = new FakeTransport("iqn.t at a", rig.loop, unit);
    near.numaNode = 1;
    rig.add(rig.path(near));
    rig.add(rig.path("b", unit));
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::numaNode).containsExactly(1, -1);
  }

  @Test
  void policyAndQueueingAreSetPerHead() {
    rig.add(rig.path("a", unit));
    assertThat(rig.multipath.setPolicy(0, IoPolicies.QUEUE_DEPTH)).isTrue();
    assertThat(rig.head(0).policy()).isEqualTo("queue-depth");
    assertThat(rig.multipath.setPolicy(1, IoPolicies.NUMA)).isFalse();
    assertThat(rig.multipath.setQueueIfNoPath(1, true)).isFalse();
  }

  // ---- access states ----------------------------------------------------------------------------

  @Test
  void standbyPathGetsNoIoAndIoWaitsForIt() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    ScsiMpathDevice path = rig.multipath.path(a.device()).orElseThrow();
    path.setAccessState(AccessState.STANDBY);
    assertThat(rig.head(0).paths().getFirst().use()).isEqualTo(PathState.WAITING);
    rig.loop.schedule(50_000_000, () -> path.setAccessState(AccessState.ACTIVE_NON_OPTIMIZED));
    assertThat(rig.read(rig.disk(0), 0, new byte[512])).isEqualTo(BlockStatus.OK);
    assertThat(rig.head(0).safetyTimerFirings()).isZero();
  }

  @Test
  void optimizedPathIsPreferredWithEveryPolicy() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    rig.add(a);
    rig.add(b);
    rig.multipath.path(a.device()).orElseThrow().setAccessState(AccessState.ACTIVE_NON_OPTIMIZED);
    for (var policy : IoPolicies.ALL) {
      rig.multipath.setPolicy(0, policy);
      int before = a.transport().commandsCarried;
      for (int i = 0; i < 8; i++) {
        rig.read(rig.disk(0), i, new byte[512]);
      }
      assertThat(a.transport().commandsCarried).as(policy.word()).isEqualTo(before);
    }
  }
}
