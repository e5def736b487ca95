package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.multipath.AddResult.JoinedHead;
import io.multipath4j.scsi.multipath.AddResult.NewHead;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk whose last path is removed: it waits, goes on, or ends. */
class DelayedRemovalTest {

  private static final int DELAY_SECS = 10;
  private static final long SECOND = 1_000;

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final Rig rig = new Rig(Rig.ALWAYS);
  private final List<BlockStatus> ended = new ArrayList<>();
  private Rig.Path a;
  private BlockDevice disk;

  @BeforeEach
  void attach() {
    a = rig.path("a", unit);
    rig.add(a);
    disk = rig.disk(0);
    rig.multipath.setDelayedRemovalSecs(0, DELAY_SECS);
  }

  private void submit(int count) {
    for (int i = 0; i < count; i++) {
      ByteBuffer data = ByteBuffer.allocateDirect(512).put(0, (byte) (i + 1));
      disk.submit(new Bio().asWrite(i * 512L, 512, data, 0, 0, bio -> ended.add(bio.status())));
    }
  }

  private void delete(Rig.Path path) {
    path.host().remove(path.device());
  }

  @Test
  void aPathThatReturnsInTimeFindsTheSameDiskAndItsIoGoesOn() throws Exception {
    OpenDisk open = rig.multipath.open("sda");
    submit(4);
    delete(a);
    submit(4);
    rig.runMillis(DELAY_SECS * SECOND - 100);
    assertThat(ended).as("those that were on the path").hasSize(4).containsOnly(BlockStatus.OK);
    assertThat(rig.head(0).paths()).isEmpty();
    assertThat(rig.head(0).removalPending()).isTrue();
    assertThat(rig.lastEvent()).endsWith("(it was the last; the disk stays 10 s)");

    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(JoinedHead.class);
    rig.runMillis(100);
    assertThat(ended).hasSize(8).containsOnly(BlockStatus.OK);
    assertThat(rig.disk(0)).isSameAs(disk).isSameAs(open.disk());
    assertThat(rig.head(0).disk()).isEqualTo("sda");
    assertThat(rig.head(0).paths()).extracting(PathSnapshot::name).containsExactly("sda:0");
    rig.runMillis(2 * DELAY_SECS * SECOND);
    assertThat(rig.head(0).removalPending()).isFalse();
    assertThat(rig.read(disk, 0, new byte[512])).isEqualTo(BlockStatus.OK);
    assertThat(rig.head(0).safetyTimerFirings()).isZero();
  }

  @Test
  void whenNoneReturnsTheDiskEndsAndItsNumbersAreFree() {
    delete(a);
    submit(3);
    rig.runMillis(DELAY_SECS * SECOND + 100);
    assertThat(ended).hasSize(3).containsOnly(BlockStatus.IOERR);
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.events.getLast().kind()).isEqualTo(Kind.DISK_REMOVED);
    assertThat(rig.lastEvent()).isEqualTo("sda: removed, because no path came back in time");
    assertThat(rig.add(rig.path("b", unit))).isInstanceOf(NewHead.class);
    assertThat(rig.head(0).disk()).isEqualTo("sda");
    assertThat(rig.disk(0)).isNotSameAs(disk);
    assertThat(rig.read(disk, 0, new byte[512])).as("the old one").isEqualTo(BlockStatus.IOERR);
  }

  @Test
  void withoutADelayTheDiskEndsAtOnce() {
    rig.multipath.setDelayedRemovalSecs(0, 0);
    delete(a);
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.kinds()).containsExactly(Kind.PATH_ADDED, Kind.PATH_REMOVED);
  }

  @Test
  void zeroWrittenMeanwhileEndsItAtOnce() {
    delete(a);
    submit(3);
    rig.runMillis(SECOND);
    rig.multipath.setDelayedRemovalSecs(0, 0);
    rig.runMillis(1);
    assertThat(ended).hasSize(3).containsOnly(BlockStatus.IOERR);
    assertThat(rig.multipath.heads()).isEmpty();
    rig.runMillis(2 * DELAY_SECS * SECOND);
    assertThat(rig.kinds()).containsOnlyOnce(Kind.DISK_REMOVED);
  }

  @Test
  void theTimeRunsAnewWhenAPathThatReturnedIsRemoved() {
    delete(a);
    rig.runMillis(DELAY_SECS * SECOND - 1_000);
    Rig.Path b = rig.path("b", unit);
    rig.add(b);
    delete(b);
    rig.runMillis(DELAY_SECS * SECOND - 1_000);
    assertThat(rig.multipath.heads()).hasSize(1);
    rig.runMillis(2_000);
    assertThat(rig.multipath.heads()).isEmpty();
  }

  @Test
  void aPathThatIsBeingAdmittedWhenTheTimeIsOverKeepsTheDisk() {
    delete(a);
    CompletableFuture<String> answer = new CompletableFuture<>();
    rig.multipath.addAdmissionStep(path -> answer);
    rig.runMillis(DELAY_SECS * SECOND - 1_000);
    CompletableFuture<AddResult> result = rig.multipath.addDevice(rig.path("b", unit).device());
    rig.runMillis(5_000);
    assertThat(rig.multipath.heads()).as("claimed").hasSize(1);
    answer.complete("");
    assertThat(rig.await(result)).isInstanceOf(JoinedHead.class);
    assertThat(rig.disk(0)).isSameAs(disk);
    assertThat(rig.read(disk, 0, new byte[512])).isEqualTo(BlockStatus.OK);
  }

  @Test
  void aPathThatIsRefusedDoesNotProlongTheTime() {
    FakeLogicalUnit other = unit.twin();
    other.serial = "SN-other";
    delete(a);
    rig.runMillis(DELAY_SECS * SECOND - 1_000);
    assertThat(rig.add(rig.path("b", other))).isInstanceOf(AddResult.Refused.class);
    assertThat(rig.multipath.heads()).hasSize(1);
    rig.runMillis(1_100);
    assertThat(rig.multipath.heads()).isEmpty();
  }

  @Test
  void theIndexOfADiskThatWaitsIsNotGivenAway() {
    delete(a);
    FakeLogicalUnit other =
        new FakeLogicalUnit().identifiedBy(FakeLogicalUnit.naa("600140500000000000000000000000a2"));
    rig.add(rig.path("b", other));
    assertThat(rig.head(1).disk()).isEqualTo("sdb");
  }

  @Test
  void whoHasADiskOpenKeepsItsNumbersAndGetsErrors() throws Exception {
    OpenDisk open = rig.multipath.open("sda");
    delete(a);
    rig.runMillis(DELAY_SECS * SECOND + 100);
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.read(open.disk(), 0, new byte[512])).isEqualTo(BlockStatus.IOERR);
    assertThatThrownBy(() -> rig.multipath.open("sda"))
        .isInstanceOf(BlockOperationException.class)
        .hasMessageContaining("sda");
    Rig.Path b = rig.path("b", unit);
    rig.add(b);
    assertThat(rig.multipath.heads()).extracting(h -> h.index() + h.disk()).containsExactly("1sdb");
    delete(b);
    open.close();
    open.close();
    rig.add(rig.path("c", unit));
    assertThat(rig.head(0).disk()).isEqualTo("sda");
  }

  @Test
  void anOrdinaryDiskThatIsOpenKeepsItsLettersToo() throws Exception {
    rig.multipath.parameters().set("multipath", "off");
    Rig.Path b = rig.path("b", unit.twin());
    rig.add(b);
    OpenDisk open = rig.multipath.open("sdb");
    delete(b);
    assertThat(rig.read(open.disk(), 0, new byte[512])).isEqualTo(BlockStatus.OFFLINE);
    rig.add(rig.path("c", unit.twin()));
    assertThat(rig.multipath.plainDisks()).extracting(PlainDisk::name).containsExactly("sdc");
    open.close();
    rig.add(rig.path("d", unit.twin()));
    assertThat(rig.multipath.plainDisks())
        .extracting(PlainDisk::name)
        .containsExactly("sdb", "sdc");
  }

  @Test
  void aHostThatIsClosedAndANewOneInTimeAreTheSameDisk() {
    submit(2);
    a.host().close();
    rig.runMillis(SECOND);
    assertThat(ended).isEmpty();
    rig.add(rig.path("b", unit));
    rig.runMillis(100);
    assertThat(ended).containsExactly(BlockStatus.OK, BlockStatus.OK);
  }

  @Test
  void aDelayOutOfRangeChangesNothing() {
    assertThatThrownBy(() -> rig.multipath.setDelayedRemovalSecs(0, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4294967296");
    assertThat(rig.head(0).delayedRemovalSecs()).isEqualTo(DELAY_SECS);
    assertThat(rig.multipath.setDelayedRemovalSecs(7, 1)).isFalse();
  }

  @Test
  void aReadOnlyDiskStaysReadOnlyWithoutPaths() {
    unit.writeProtected = true;
    Rig.Path b = rig.path("b", unit);
    rig.add(b);
    assertThat(rig.head(0).readOnly()).isTrue();
    delete(a);
    delete(b);
    assertThat(rig.head(0).removalPending()).isTrue();
    submit(1);
    assertThat(ended).as("nothing to wait for").containsExactly(BlockStatus.TARGET);
  }
}
