package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import io.multipath4j.scsi.multipath.AddResult.JoinedHead;
import io.multipath4j.scsi.multipath.AddResult.NewHead;
import io.multipath4j.scsi.multipath.AddResult.OrdinaryDisk;
import io.multipath4j.scsi.multipath.AddResult.Refused;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The defects that reviewers found in the first version of the global list of heads, one test each;
 * {@link ScsiMpathHeadsTest} shows the list by itself. The eleventh was a comment.
 */
class HeadListDefectsTest {

  private Rig rig = new Rig(Rig.ALWAYS);
  private final FakeLogicalUnit unit = new FakeLogicalUnit();

  private static FakeLogicalUnit named(String naa) {
    return new FakeLogicalUnit().identifiedBy(FakeLogicalUnit.naa(naa));
  }

  private List<Rig.Path> fill() {
    List<Rig.Path> paths = new ArrayList<>();
    for (int i = 0; i < ScsiMpathHead.MAX_PATHS; i++) {
      paths.add(rig.path("p" + i, unit));
      rig.add(paths.getLast());
    }
    return paths;
  }

  private void assertThatTheListWorks() {
    Rig.Path fresh = rig.path("fresh", named("600140500000000000000000000000ff"));
    assertThat(rig.add(fresh)).isInstanceOf(NewHead.class);
    rig.multipath.removePath(fresh.device());
  }

  @Test
  void defect1AFailedLookupOfTheIdLeavesTheLockAlone() {
    rig.add(rig.path("a", unit.twin().identifiedBy()));
    assertThatTheListWorks();
    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(NewHead.class);
  }

  @Test
  void defect2APathIndexThatIsNotToBeHadLeavesTheLockFreeOnce() {
    fill();
    assertThat(rig.add(rig.path("more", unit))).isInstanceOf(Refused.class);
    assertThatTheListWorks();
  }

  @Test
  void defect3WhatCannotBeTakenInIsSaidAndIsNoSecondDisk() {
    fill();
    rig.events.clear();
    assertThat(rig.add(rig.path("more", unit))).isInstanceOf(Refused.class);
    assertThat(rig.kinds()).containsExactly(Kind.PATH_REFUSED);
    assertThat(rig.lastEvent()).contains("all 64 path indices are in use");
    assertThat(rig.multipath.plainDisks()).isEmpty();
  }

  @Test
  void defect4AHeadLeavesTheListWithItsLastPath() {
    for (int round = 0; round < 3; round++) {
      Rig.Path path = rig.path("round" + round, unit);
      assertThat(rig.add(path))
          .isInstanceOfSatisfying(
              NewHead.class, head -> assertThat(head.headIndex()).as("no index leaks").isZero());
      path.host().remove(path.device());
      assertThat(rig.multipath.mpathHeads()).isEmpty();
    }
  }

  @Test
  void defect5ANewPathNeverGetsAHeadThatIsGoing() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    rig.add(a);
    List<AddResult> results = new ArrayList<>();
    a.device()
        .addListener(
            new ScsiDeviceListener() {
              @Override
              public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
                if (after == DeviceState.DELETED) {
                  results.add(rig.multipath.addDevice(b.device()).join());
                }
              }
            });
    a.host().remove(a.device());
    assertThat(results).hasSize(1).hasOnlyElementsOfType(NewHead.class);
    assertThat(rig.read(rig.disk(0), 0, new byte[512])).isEqualTo(BlockStatus.OK);
  }

  @Test
  void defect6AHeadThatFailsInTheMakingIsGivenBackOnce() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    FakeLogicalUnit twin = unit.twin();
    twin.serial = "other";
    rig.add(rig.path("b", twin)); // claims, is refused, and gives back
    rig.multipath.removePath(a.device());
    assertThat(rig.multipath.mpathHeads()).isEmpty();
    assertThat(rig.add(rig.path("c", unit)))
        .isInstanceOfSatisfying(NewHead.class, head -> assertThat(head.headIndex()).isZero());
  }

  @Test
  void defect7IdsAreComparedWholeAndNeverCut() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, true, false));
    String common = "VENDOR  " + "x".repeat(100);
    rig.add(rig.path("a", unit.twin().identifiedBy(FakeLogicalUnit.t10(common + "1"))));
    assertThat(rig.add(rig.path("b", unit.twin().identifiedBy(FakeLogicalUnit.t10(common + "2")))))
        .isInstanceOf(NewHead.class);
    FakeLogicalUnit endless = unit.twin().identifiedBy(FakeLogicalUnit.t10("y".repeat(252)));
    assertThat(rig.add(rig.path("c", endless)))
        .isInstanceOfSatisfying(
            OrdinaryDisk.class,
            ordinary -> assertThat(ordinary.reason()).contains("1 to 255 are accepted"));
  }

  @Test
  void defect8WhoIsToldThatAHeadEndedMayUseTheList() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    rig.add(a);
    List<AddResult> results = new ArrayList<>();
    rig.multipath.addTopologyListener(
        new TopologyListener() {
          @Override
          public void headRemoved(ScsiMpathHead head) {
            if (results.isEmpty()) {
              results.add(rig.multipath.addDevice(b.device()).join());
            }
          }
        });
    rig.multipath.removePath(a.device());
    assertThat(results).hasOnlyElementsOfType(NewHead.class);
  }

  @Test
  void defect9PathIndicesAreNeverNegativeAndComeBackAfterErrors() {
    rig.add(rig.path("a", unit));
    for (int i = 0; i < 3 * ScsiMpathHead.MAX_PATHS; i++) {
      FakeLogicalUnit other = unit.twin();
      other.product = "OTHER";
      assertThat(rig.add(rig.path("other" + i, other))).isInstanceOf(Refused.class);
    }
    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(JoinedHead.class);
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::index).containsExactly(0, 1);
  }

  @Test
  void defect10APathHasItsHeadAsLongAsItHearsOfItsDevice() {
    Rig.Path a = rig.path("a", unit);
    rig.add(a);
    ScsiMpathDevice path = rig.multipath.path(a.device()).orElseThrow();
    a.transport().cut("test");
    rig.multipath.removePath(a.device());
    a.transport().restore();
    rig.runMillis(100);
    a.transport().cut("again");
    rig.runMillis(10_000);
    assertThat(path.head().diskName()).isEqualTo("sda");
    assertThat(rig.multipath.heads()).isEmpty();
  }
}
