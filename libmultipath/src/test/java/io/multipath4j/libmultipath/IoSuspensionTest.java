package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A head whose I/O is held back for a while. */
class IoSuspensionTest {

  private static final long DRAIN = TimeUnit.SECONDS.toNanos(2);
  private static final long HOLD = TimeUnit.SECONDS.toNanos(10);

  private final HeadFixture fixture = new HeadFixture(IoPolicies.ROUND_ROBIN);
  private final FakePath a = fixture.optimized();
  private final FakePath b = fixture.optimized();

  private CompletableFuture<IoSuspension.Hold> suspend() {
    return fixture.head.suspend(DRAIN, HOLD);
  }

  @Test
  void whatComesIsHeldBackInOrderAndGoesOnAtTheResume() {
    IoSuspension.Hold hold = suspend().join();
    for (int i = 0; i < 10; i++) {
      fixture.read(i * 4096L);
    }
    fixture.loop.run();
    assertThat(a.held()).isEmpty();
    assertThat(b.held()).isEmpty();
    assertThat(fixture.head.snapshot().parked()).isEqualTo(10);
    hold.resume();
    fixture.loop.run();
    assertThat(a.held()).extracting(Bio::offset).isSorted();
    assertThat(a.held().size() + b.held().size()).isEqualTo(10);
    a.endAll(BlockStatus.OK);
    b.endAll(BlockStatus.OK);
    assertThat(fixture.ended.values()).hasSize(10).containsOnly(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void itIsReadyWhenTheLastIoHasLeftThePaths() {
    fixture.read();
    fixture.read();
    CompletableFuture<IoSuspension.Hold> suspended = suspend();
    a.endAll(BlockStatus.OK);
    fixture.loop.run();
    assertThat(suspended).isNotDone();
    b.endAll(BlockStatus.TRANSPORT);
    fixture.loop.run();
    assertThat(suspended).isCompleted();
    assertThat(a.held()).as("what failed waits instead of failing over").isEmpty();
    suspended.join().resume();
    fixture.loop.run();
    assertThat(a.held()).hasSize(1);
    a.endAll(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void whatDoesNotLeaveThePathsInTimeEndsTheSuspension() {
    fixture.read();
    CompletableFuture<IoSuspension.Hold> suspended = suspend();
    fixture.read();
    fixture.loop.advanceMillis(2_001);
    assertThatThrownBy(suspended::join)
        .cause()
        .isInstanceOf(BlockOperationException.class)
        .hasMessage("sda: 1 I/Os were still on paths after 2000 ms");
    assertThat(a.held().size() + b.held().size()).isEqualTo(2);
    a.endAll(BlockStatus.OK);
    b.endAll(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void aHolderThatForgetsToResumeIsOverruled() {
    assertThat(suspend()).isCompleted();
    fixture.read();
    fixture.loop.advanceMillis(9_999);
    assertThat(fixture.ended).isEmpty();
    assertThat(a.held().size() + b.held().size()).isZero();
    fixture.loop.advanceMillis(2);
    assertThat(a.held().size() + b.held().size()).isEqualTo(1);
    assertThat(fixture.head.isSuspended()).isFalse();
    a.endAll(BlockStatus.OK);
    b.endAll(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void suspensionsThatOverlapAreEndedByTheLast() {
    IoSuspension.Hold one = suspend().join();
    IoSuspension.Hold other = suspend().join();
    fixture.read();
    one.resume();
    one.resume();
    fixture.loop.run();
    assertThat(a.held().size() + b.held().size()).isZero();
    other.resume();
    fixture.loop.run();
    assertThat(a.held().size() + b.held().size()).isEqualTo(1);
  }

  @Test
  void aDiskThatIsRemovedFailsWhatIsHeldBack() {
    IoSuspension.Hold hold = suspend().join();
    fixture.read();
    fixture.head.removeDisk();
    fixture.loop.run();
    assertThat(fixture.ended.values()).containsExactly(BlockStatus.IOERR);
    hold.resume();
    fixture.assertBalanced();
  }

  @Test
  void theEndOfWhatAnEarlierOneWaitedForDoesNotMakeALaterOneReady() {
    fixture.read();
    List<CompletableFuture<IoSuspension.Hold>> later = new ArrayList<>();
    // In one turn: the last I/O ends, the time to wait for it is over, and the next one begins.
    fixture.loop.schedule(
        DRAIN,
        () -> {
          a.endAll(BlockStatus.OK);
          b.endAll(BlockStatus.OK);
        });
    var _ =
        suspend()
            .exceptionally(tooLate -> {
              fixture.read();
              later.add(suspend());
              return null;
            });
    fixture.loop.advanceMillis(2_000);
    assertThat(a.held().size() + b.held().size()).isEqualTo(1);
    assertThat(later).singleElement().satisfies(hold -> assertThat(hold).isNotDone());
    a.endAll(BlockStatus.OK);
    b.endAll(BlockStatus.OK);
    fixture.loop.run();
    assertThat(later.getFirst()).isCompleted();
  }

  @Test
  void aBioDoesNotOutliveItsTimeBecauseItIsHeldBack() {
    HeadFixture limited =
        new HeadFixture(
            IoPolicies.NUMA,
            NumaTopology.SINGLE_NODE,
            new MpathHeadOptions(
                16, 16, 3, 50_000_000, 100_000_000, 1_000_000_000, TimeUnit.SECONDS.toNanos(3)));
    limited.optimized();
    limited.head.suspend(DRAIN, HOLD).join();
    limited.read();
    limited.loop.advanceMillis(2_900);
    assertThat(limited.ended).isEmpty();
    limited.loop.advanceMillis(200);
    assertThat(limited.ended.values()).containsExactly(BlockStatus.TIMEOUT);
    limited.assertBalanced();
  }
}
