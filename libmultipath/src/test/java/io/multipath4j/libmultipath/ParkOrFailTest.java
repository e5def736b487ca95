package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of I/O for which no path can be selected, and what wakes it. */
class ParkOrFailTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.ROUND_ROBIN);

  private Bio parkedRead() {
    Bio bio = fixture.read();
    fixture.loop.run();
    assertThat(fixture.head.snapshot().parked()).isPositive();
    assertThat(fixture.ended).doesNotContainKey(bio);
    return bio;
  }

  @Test
  void beforeTheFirstPathIsLiveIoFails() {
    Bio bio = fixture.read();
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
  }

  @Test
  void ioWaitsForAPathThatMayComeBack() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    parkedRead();
    assertThat(fixture.head.snapshot().requeueNoUsablePath()).isOne();
    assertThat(fixture.head.snapshot().failNoAvailablePath()).isZero();
    fixture.loop.advanceMillis(3_600_000);
    assertThat(fixture.ended).as("for as long as it takes").isEmpty();
    assertThat(fixture.head.safetyTimerFirings()).isZero();
  }

  @Test
  void ioFailsWhenNoPathWillComeBack() {
    fixture.set(fixture.optimized(), FakePath.Link.GONE);
    Bio bio = fixture.read();
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    assertThat(fixture.head.snapshot().failNoAvailablePath()).isOne();
    assertThat(fixture.head.snapshot().requeueNoUsablePath()).isZero();
    fixture.assertBalanced();
  }

  @Test
  void ioWaitsWithoutAnyPathWhileTheOperatorWantsItSo() {
    FakePath path = fixture.optimized();
    fixture.head.setQueueIfNoPath(true);
    assertThat(fixture.head.deleteDevice(path.device)).isTrue();
    Bio bio = parkedRead();
    fixture.head.setQueueIfNoPath(false);
    fixture.loop.run();
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    fixture.assertBalanced();
  }

  @Test
  void aBioThatIsParkedAgainCountsOnce() {
    fixture.set(fixture.optimized(), FakePath.Link.PAUSED);
    parkedRead();
    for (int i = 0; i < 5; i++) {
      fixture.head.kick();
      fixture.loop.run();
    }
    assertThat(fixture.head.snapshot().requeueNoUsablePath()).isOne();
  }

  static Stream<Arguments> eventsThatMakeAPathUsable() {
    return Stream.of(
        event("pathStateChanged", (f, p) -> f.set(p, FakePath.Link.UP)),
        event(
            "setAccessState",
            (f, p) -> {
              p.link = FakePath.Link.UP;
              f.head.setAccessState(p.device, MpathAccessState.NONOPTIMIZED);
            }),
        event(
            "setLive",
            (f, p) -> {
              p.link = FakePath.Link.UP;
              f.head.setLive(p.device);
            }),
        event("a new path", (f, p) -> f.optimized()),
        event(
            "addDevice",
            (f, p) -> {
              FakePath added =
                  new FakePath("new", -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
              f.paths.add(added);
              f.head.addDevice(added.device);
            }),
        event(
            "setIoPolicy",
            (f, p) -> {
              p.link = FakePath.Link.UP;
              f.head.setIoPolicy(f.head.ioPolicy());
            }),
        event(
            "revalidatePaths",
            (f, p) -> {
              p.link = FakePath.Link.UP;
              f.head.revalidatePaths(changed -> {});
            }),
        event(
            "setGeometry",
            (f, p) -> {
              p.link = FakePath.Link.UP;
              f.head.setGeometry(HeadFixture.CAPACITY, HeadFixture.LIMITS);
            }));
  }

  private static Arguments event(String name, BiConsumer<HeadFixture, FakePath> event) {
    return Arguments.argumentSet(name, event);
  }

  @ParameterizedTest
  @MethodSource("eventsThatMakeAPathUsable")
  void parkedIoGoesOnAtOnceAfter(BiConsumer<HeadFixture, FakePath> event) {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    Bio bio = parkedRead();
    event.accept(fixture, path);
    fixture.loop.run();
    fixture.paths.forEach(p -> p.endAll(BlockStatus.OK));
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    fixture.assertBalanced();
  }

  static Stream<Arguments> eventsThatLeaveNothingToWaitFor() {
    return Stream.of(
        event("the last path is gone", (f, p) -> f.set(p, FakePath.Link.GONE)),
        event("the last path is removed", (f, p) -> f.head.deleteDevice(p.device)),
        event("the disk is removed", (f, p) -> f.head.removeDisk()),
        event(
            "the delay of removal is cleared",
            (f, p) -> {
              f.head.life().setDelayedRemovalSecs(60);
              f.set(p, FakePath.Link.GONE);
              f.loop.run();
              assertThat(f.ended).isEmpty();
              f.head.life().setDelayedRemovalSecs(0);
            }),
        event(
            "the delay of removal is over",
            (f, p) -> {
              f.head.life().setDelayedRemovalSecs(60);
              f.head.deleteDevice(p.device);
              assertThat(f.head.life().canRemoveHead()).isFalse();
              f.loop.advanceMillis(60_000);
            }));
  }

  @ParameterizedTest
  @MethodSource("eventsThatLeaveNothingToWaitFor")
  void parkedIoFailsAtOnceWhen(BiConsumer<HeadFixture, FakePath> event) {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    Bio bio = parkedRead();
    event.accept(fixture, path);
    fixture.loop.run();
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    fixture.assertBalanced();
  }

  @Test
  void anEventThatADriverForgetsToReportIsFoundByTheSafetyTimerAndCounted() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    Bio bio = parkedRead();
    path.link = FakePath.Link.UP;
    fixture.loop.advanceMillis(999);
    assertThat(path.held()).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(path.held()).hasSize(1);
    path.endOne(BlockStatus.OK);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    assertThat(fixture.head.safetyTimerFirings()).isOne();
  }

  @Test
  void aForgottenEventThatLeavesNothingToWaitForIsFoundToo() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    Bio bio = parkedRead();
    path.link = FakePath.Link.GONE;
    fixture.loop.advanceMillis(1000);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    assertThat(fixture.head.safetyTimerFirings()).isOne();
  }

  @Test
  void ioThatWaitsTooLongTimesOut() {
    fixture.set(fixture.optimized(), FakePath.Link.PAUSED);
    fixture.head.setNoPathTimeoutNanos(TimeUnit.MILLISECONDS.toNanos(300));
    Bio first = parkedRead();
    fixture.loop.advanceMillis(200);
    Bio second = parkedRead();
    fixture.loop.advanceMillis(99);
    assertThat(fixture.ended).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.ended).containsExactly(Map.entry(first, BlockStatus.TIMEOUT));
    fixture.loop.advanceMillis(210);
    assertThat(fixture.ended).containsEntry(second, BlockStatus.TIMEOUT).hasSize(2);
    fixture.assertBalanced();
  }

  @Test
  void aNewTimeLimitAppliesToWhatWaitsAlready() {
    fixture.set(fixture.optimized(), FakePath.Link.PAUSED);
    fixture.head.setNoPathTimeoutNanos(TimeUnit.HOURS.toNanos(1));
    Bio bio = parkedRead();
    fixture.loop.advanceMillis(5000);
    fixture.head.setNoPathTimeoutNanos(TimeUnit.SECONDS.toNanos(6));
    fixture.loop.advanceMillis(999);
    assertThat(fixture.ended).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.TIMEOUT));
  }

  private static HeadFixture withBioTimeout(long millis) {
    return new HeadFixture(
        IoPolicies.NUMA,
        NumaTopology.SINGLE_NODE,
        new MpathHeadOptions(
            65_536, 1000, 3, 1_000_000, 1_000_000, 1_000_000_000, millis * 1_000_000));
  }

  @Test
  void aBioThatIsTooOldIsNotTriedAgainAndEndsWithItsLastError() {
    HeadFixture limited = withBioTimeout(500);
    FakePath path = limited.optimized();
    Bio bio = limited.read();
    for (int i = 0; i < 10; i++) {
      limited.loop.advanceMillis(49);
      path.endAll(BlockStatus.IOERR);
    }
    limited.loop.advanceMillis(5);
    assertThat(limited.ended).isEmpty();
    limited.loop.advanceMillis(10);
    path.endAll(BlockStatus.TRANSPORT);
    assertThat(limited.ended).containsExactly(Map.entry(bio, BlockStatus.TRANSPORT));
    limited.assertBalanced();
  }

  @Test
  void aBioThatIsTooOldDoesNotWaitForAPathAnyMore() {
    HeadFixture limited = withBioTimeout(500);
    FakePath path = limited.optimized();
    Bio bio = limited.read();
    limited.loop.advanceMillis(300);
    limited.set(path, FakePath.Link.PAUSED);
    path.endAll(BlockStatus.TRANSPORT);
    limited.loop.advanceMillis(199);
    assertThat(limited.ended).isEmpty();
    limited.loop.advanceMillis(10); // waiting bios are looked at together
    assertThat(limited.ended).containsExactly(Map.entry(bio, BlockStatus.TIMEOUT));
    limited.assertBalanced();
  }

  @Test
  void theListOfWaitingIoIsBounded() {
    HeadFixture small =
        new HeadFixture(
            IoPolicies.NUMA,
            NumaTopology.SINGLE_NODE,
            new MpathHeadOptions(3, 16, 3, 1_000_000, 1_000_000, 1_000_000_000, 0));
    FakePath path = small.optimized();
    for (int i = 0; i < 2; i++) {
      small.read();
    }
    small.set(path, FakePath.Link.PAUSED);
    for (int i = 0; i < 3; i++) {
      small.read();
    }
    assertThat(small.ended).isEmpty();
    Bio fourth = small.read();
    assertThat(small.ended).containsExactly(Map.entry(fourth, BlockStatus.RESOURCE));
    path.endAll(BlockStatus.TRANSPORT);
    assertThat(small.ended.values()).hasSize(3).containsOnly(BlockStatus.RESOURCE);
    small.set(path, FakePath.Link.UP);
    small.loop.run();
    path.endAll(BlockStatus.OK);
    assertThat(small.ended).hasSize(6);
    small.assertBalanced();
  }

  @Test
  void ioUnderWayWhenTheDiskIsRemovedIsNotStranded() {
    FakePath first = fixture.optimized();
    Bio good = fixture.read();
    Bio bad = fixture.read();
    fixture.head.removeDisk();
    fixture.loop.run();
    assertThat(first.held()).hasSize(2);
    first.endOne(BlockStatus.OK);
    first.endOne(BlockStatus.TRANSPORT);
    fixture.loop.run();
    assertThat(fixture.ended)
        .containsExactly(Map.entry(good, BlockStatus.OK), Map.entry(bad, BlockStatus.IOERR));
    Bio late = fixture.read();
    assertThat(fixture.ended).containsEntry(late, BlockStatus.IOERR);
    fixture.assertBalanced();
  }
}
