package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.lu.LogicalUnit;
import io.multipath4j.array.lu.LogicalUnitId;
import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.PathSnapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logical units that the array's administrator adds, removes, swaps and resizes under I/O. */
class LunsAtRunTimeTest {

  private static final String OTHER_TARGET = "iqn.2026-01.example:other";
  private static final long BYTES = 1 << 20;

  private final SimulatedStack stack =
      new SimulatedStack(
          7, SimulatedStack.Plan.of(2, IoPolicies.ROUND_ROBIN, false), SimulatedStack.Parts.REAL);
  private final List<BlockStatus> ended = new ArrayList<>();

  @BeforeEach
  void scan() {
    stack.paths.forEach(path -> stack.await(stack.multipath.scan(path.host())));
    assertThat(heads()).hasSize(1);
  }

  @AfterEach
  void close() {
    stack.close();
    assertThat(stack.multipath.heads()).allMatch(head -> head.safetyTimerFirings() == 0);
  }

  private static LogicalUnit unit(int lun) {
    return new LogicalUnit(
        lun, LogicalUnitId.of(OTHER_TARGET, lun), 512, new MemoryStore(BYTES, Long.MAX_VALUE));
  }

  private List<HeadSnapshot> heads() {
    return stack.multipath.heads();
  }

  private void onArray(Runnable change) {
    stack.arrayLoop.execute(change);
    runSeconds(0);
  }

  private void runSeconds(long seconds) {
    stack.network.runFor(TimeUnit.SECONDS.toNanos(seconds) + TimeUnit.MILLISECONDS.toNanos(50));
  }

  /** Each path carries something, and so brings what the array has to say. */
  private void useEachPath(BlockDevice disk) {
    for (int i = 0; i < 4; i++) {
      read(disk);
      runSeconds(0);
    }
  }

  private void read(BlockDevice disk) {
    stack.initiatorLoop.execute(() ->
        disk.submit(
            new Bio()
                .asRead(
                    0, 512, ByteBuffer.allocateDirect(512), 0, bio -> ended.add(bio.status()))));
  }

  @Test
  void aUnitThatIsMappedBecomesADiskThroughAllPathsByItself() {
    onArray(() -> stack.array.device().add(unit(2)));
    useEachPath(stack.head());
    runSeconds(5);
    assertThat(heads()).hasSize(2);
    assertThat(heads().get(1).paths()).hasSize(2);
    assertThat(heads().get(1).capacityBytes()).isEqualTo(BYTES);
    assertThat(ended).containsOnly(BlockStatus.OK);
  }

  @Test
  void aUnitThatIsUnmappedAndMappedInTimeIsTheSameDiskAndItsIoGoesOn() {
    LogicalUnit two = unit(2);
    onArray(() -> stack.array.device().add(two));
    useEachPath(stack.head());
    runSeconds(5);
    BlockDevice disk = stack.multipath.disk("sdb").orElseThrow();
    stack.initiatorLoop.execute(() -> stack.multipath.setDelayedRemovalSecs(1, 60));

    onArray(() -> stack.array.device().remove(2));
    useEachPath(stack.head());
    runSeconds(5);
    assertThat(heads().get(1).paths()).isEmpty();
    assertThat(heads().get(1).removalPending()).isTrue();
    ended.clear();
    read(disk);
    runSeconds(10);
    assertThat(ended).as("it waits").isEmpty();

    onArray(() -> stack.array.device().add(two));
    useEachPath(stack.head());
    runSeconds(5);
    assertThat(heads().get(1).paths()).hasSize(2);
    assertThat(ended).hasSize(5).containsOnly(BlockStatus.OK);
    assertThat(stack.multipath.disk("sdb")).containsSame(disk);
  }

  @Test
  void aUnitThatIsUnmappedForGoodIsRemoved() {
    onArray(() -> stack.array.device().add(unit(2)));
    useEachPath(stack.head());
    runSeconds(5);
    BlockDevice disk = stack.multipath.disk("sdb").orElseThrow();
    onArray(() -> stack.array.device().remove(2));
    useEachPath(stack.head());
    runSeconds(5);
    assertThat(heads()).hasSize(1);
    ended.clear();
    read(disk);
    runSeconds(0);
    assertThat(ended).containsExactly(BlockStatus.IOERR);
  }

  @Test
  void aSessionThatEndsForGoodAndANewOneAreTheSameDisk() {
    BlockDevice disk = stack.head();
    stack.initiatorLoop.execute(() -> {
      stack.multipath.setDelayedRemovalSecs(0, 60);
      stack.paths.forEach(path -> path.host().close());
    });
    runSeconds(1);
    read(disk);
    runSeconds(5);
    assertThat(ended).isEmpty();
    var session = stack.newSession(stack.paths.getFirst().address(), 0x8000_0000_00ffL);
    var host = new ScsiHost(9, session, stack.initiatorLoop, ScsiTimeouts.DEFAULTS);
    stack.await(session.start());
    stack.await(stack.multipath.scan(host));
    runSeconds(1);
    assertThat(ended).containsExactly(BlockStatus.OK);
    assertThat(stack.multipath.disk("sda")).containsSame(disk);
    stack.initiatorLoop.execute(host::close);
  }

  /** What is on the way when a path first hears of it is the array's alone to keep apart. */
  @Test
  void aUnitThatIsSwappedIsTakenOutOfAllPathsAndNotUsed() {
    LogicalUnit other = unit(1);
    onArray(() -> stack.array.device().replace(other));
    for (int i = 0; i < 3; i++) {
      read(stack.head());
      runSeconds(8);
    }
    assertThat(heads().getFirst().paths())
        .extracting(PathSnapshot::deviceState)
        .containsOnly("refused");
    assertThat(ended).hasSize(3).doesNotContain(BlockStatus.OK);
  }

  @Test
  void aUnitThatGrewIsLargerOnAllPaths() {
    onArray(() -> {
      stack.array.device().add(unit(2));
      stack.array.device().resize(2, BYTES / 2);
    });
    useEachPath(stack.head());
    runSeconds(5);
    BlockDevice disk = stack.multipath.disk("sdb").orElseThrow();
    assertThat(disk.capacityBytes()).isEqualTo(BYTES / 2);
    onArray(() -> stack.array.device().resize(2, BYTES));
    useEachPath(disk);
    runSeconds(5);
    assertThat(disk.capacityBytes()).isEqualTo(BYTES);
    assertThat(heads().get(1).paths())
        .extracting(PathSnapshot::deviceState)
        .containsOnly("running");
  }

  @Test
  void aUnitThatShrankIsRefusedOnAllPaths() {
    long full = stack.head().capacityBytes();
    onArray(() -> stack.array.device().resize(1, full / 2));
    useEachPath(stack.head());
    runSeconds(5);
    assertThat(heads().getFirst().capacityBytes()).as("not silently smaller").isEqualTo(full);
    assertThat(heads().getFirst().paths())
        .extracting(PathSnapshot::deviceState)
        .containsOnly("refused");
  }
}
