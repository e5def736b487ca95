package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import io.multipath4j.scsi.codec.AccessState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the states of a device and of its port mean for the choice of a path, and for what waits.
 */
class PathStatesTest {

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final Rig rig = new Rig(Rig.ALWAYS);
  private final List<BlockStatus> ended = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "RUNNING,           ACTIVE_OPTIMIZED,     no,  yes, yes",
    "RUNNING,           ACTIVE_NON_OPTIMIZED, no,  no,  yes",
    "RUNNING,           STANDBY,              yes, no,  yes",
    "RUNNING,           UNAVAILABLE,          yes, no,  yes",
    "RUNNING,           LBA_DEPENDENT,        yes, no,  yes",
    "RUNNING,           OFFLINE,              yes, no,  yes",
    "RUNNING,           TRANSITIONING,        yes, no,  yes",
    "BLOCKED,           ACTIVE_OPTIMIZED,     yes, no,  yes",
    "CREATED_BLOCKED,   ACTIVE_OPTIMIZED,     yes, no,  yes",
    "QUIESCE,           ACTIVE_OPTIMIZED,     yes, no,  yes",
    "CREATED,           ACTIVE_OPTIMIZED,     yes, no,  no",
    "CANCEL,            ACTIVE_OPTIMIZED,     yes, no,  no",
    "DELETED,           ACTIVE_OPTIMIZED,     yes, no,  no",
    "OFFLINE,           ACTIVE_OPTIMIZED,     yes, no,  no",
    "TRANSPORT_OFFLINE, ACTIVE_OPTIMIZED,     yes, no,  no",
  })
  void eachRowOfTheTable(
      DeviceState device, AccessState access, String disabled, String optimized, String available) {
    MpathAccessState standing = PathStates.selection(access);
    assertThat(PathStates.isDisabled(device, standing)).isEqualTo(disabled.equals("yes"));
    assertThat(PathStates.isOptimized(device, standing)).isEqualTo(optimized.equals("yes"));
    assertThat(PathStates.isAvailable(device)).isEqualTo(available.equals("yes"));
  }

  @ParameterizedTest
  @EnumSource(AccessState.class)
  void aDeviceThatDoesNotRunIsDisabledWhateverItsPortSays(AccessState access) {
    MpathAccessState standing = PathStates.selection(access);
    for (DeviceState device : DeviceState.values()) {
      if (device != DeviceState.RUNNING) {
        assertThat(PathStates.isDisabled(device, standing)).isTrue();
        assertThat(PathStates.isOptimized(device, standing)).isFalse();
      }
    }
  }

  // ---- what a selection is told -----------------------------------------------------------------

  private final PathStates template = new PathStates(head -> {});

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverChangesAPathChangesTheAnswerAboutItAtOnce(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    rig.add(rig.path("a", unit));
    ScsiMpathDevice path = rig.multipath.mpathHeads().getFirst().paths().getFirst();
    boolean barred = false;
    boolean pending = false;
    boolean swapped = false;
    AccessState access = path.accessState();
    for (int change = 0; change < 1000; change++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          barred = random.nextBoolean();
          path.setBarred(barred);
        }
        case 1 -> {
          pending = random.nextBoolean();
          path.setPending(pending ? "not yet" : "");
        }
        case 2 -> {
          swapped = random.nextBoolean();
          path.swapped(swapped ? "another id" : "");
        }
        default -> {
          access = AccessState.of(random.nextInt(16)); // every code
          path.setAccessState(access);
        }
      }
      boolean admitted = !barred && !pending && !swapped;
      boolean active =
          access == AccessState.ACTIVE_OPTIMIZED || access == AccessState.ACTIVE_NON_OPTIMIZED;
      assertThat(template.isDisabled(path)).isEqualTo(!(admitted && active));
      assertThat(template.isOptimized(path))
          .isEqualTo(admitted && access == AccessState.ACTIVE_OPTIMIZED);
    }
  }

  @Test
  void aPathIsDisabledBeforeAnyoneIsToldThatItsDeviceStopped() {
    Rig.Path a = rig.path("a", unit);
    List<Boolean> disabled = new ArrayList<>();
    a.device()
        .addListener(
            new ScsiDeviceListener() {
              @Override
              public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
                rig.multipath
                    .path(device)
                    .ifPresent(path -> disabled.add(template.isDisabled(path)));
              }
            });
    rig.add(a);
    a.transport().cut("test");
    a.transport().restore();
    rig.runMillis(50);
    a.device().setState(DeviceState.QUIESCE);
    a.device().setState(DeviceState.RUNNING);
    assertThat(disabled).containsExactly(true, false, true, false);
  }

  // ---- what happens to I/O ----------------------------------------------------------------------

  private BlockDevice onePath(Rig.Path path) {
    rig.add(path);
    return rig.disk(0);
  }

  private void submit(BlockDevice disk) {
    ByteBuffer data = ByteBuffer.allocateDirect(512);
    disk.submit(new Bio().asRead(0, 512, data, 0, bio -> ended.add(bio.status())));
    rig.runMillis(10);
  }

  private void assertEnded(BlockStatus... statuses) {
    assertThat(ended).containsExactly(statuses);
    assertThat(rig.head(0).safetyTimerFirings()).isZero();
  }

  @Test
  void ioWaitsForABlockedPathAndGoesOnWhenItIsUnblocked() {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    a.transport().cut("test");
    submit(disk);
    assertEnded();
    a.transport().restore();
    rig.runMillis(50);
    assertEnded(BlockStatus.OK);
  }

  @Test
  void ioWaitsForAQuiescedPathAndGoesOnWhenItRuns() {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    a.device().setState(DeviceState.QUIESCE);
    assertThat(rig.head(0).paths().getFirst().use()).isEqualTo(PathState.WAITING);
    submit(disk);
    assertEnded();
    a.device().setState(DeviceState.RUNNING);
    rig.runMillis(50);
    assertEnded(BlockStatus.OK);
  }

  @Test
  void ioFailsWhenTheLastPathIsSetOfflineAndWorksWhenItRunsAgain() {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    a.device().setState(DeviceState.QUIESCE);
    submit(disk);
    a.device().setState(DeviceState.OFFLINE);
    rig.runMillis(10);
    assertEnded(BlockStatus.IOERR);
    submit(disk);
    assertEnded(BlockStatus.IOERR, BlockStatus.IOERR);
    a.device().setState(DeviceState.RUNNING);
    rig.runMillis(10);
    submit(disk);
    assertEnded(BlockStatus.IOERR, BlockStatus.IOERR, BlockStatus.OK);
  }

  @Test
  void ioFailsWhenTheLastPathBecomesTransportOfflineAndWorksWhenItReturns() {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    a.transport().cut("test");
    submit(disk);
    rig.runMillis(Rig.TIMEOUTS.replacementMillis());
    assertEnded(BlockStatus.IOERR);
    a.transport().restore();
    rig.runMillis(50);
    submit(disk);
    assertEnded(BlockStatus.IOERR, BlockStatus.OK);
  }

  @Test
  void ioFailsWhenTheLastPathIsDeleted() {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    a.transport().cut("test");
    submit(disk);
    a.host().remove(a.device());
    rig.runMillis(10);
    assertThat(ended).containsExactly(BlockStatus.IOERR);
    assertThat(rig.multipath.heads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = DeviceState.class,
      names = {"QUIESCE", "OFFLINE"})
  void theOtherPathTakesAllIoMeanwhile(DeviceState state) {
    Rig.Path a = rig.path("a", unit);
    BlockDevice disk = onePath(a);
    rig.add(rig.path("b", unit));
    a.device().setState(state);
    int before = a.transport().commandsCarried;
    for (int i = 0; i < 6; i++) {
      submit(disk);
    }
    assertThat(ended).hasSize(6).containsOnly(BlockStatus.OK);
    assertThat(a.transport().commandsCarried).isEqualTo(before);
  }
}
