package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Paths that are up, as far as their driver knows, and fail all the same. */
class PathBackOffTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.ROUND_ROBIN);

  private MpathHeadSnapshot.PathState state(FakePath path) {
    return fixture.head.snapshot().paths().get(fixture.paths.indexOf(path)).state();
  }

  private FakePath failing() {
    FakePath path = fixture.optimized();
    path.endsAtOnce = Optional.of(BlockStatus.IOERR);
    return path;
  }

  private FakePath working() {
    FakePath path = fixture.optimized();
    path.endsAtOnce = Optional.of(BlockStatus.OK);
    return path;
  }

  @Test
  void aPathWhoseEveryCommandFailsIsSetAside() {
    FakePath bad = failing();
    FakePath good = working();
    for (int i = 0; i < 100; i++) {
      fixture.read();
      fixture.loop.run();
    }
    assertThat(fixture.ended.values()).hasSize(100).containsOnly(BlockStatus.OK);
    assertThat(bad.submissions).isEqualTo(MpathHeadOptions.DEFAULTS.failuresBeforeRest());
    assertThat(good.submissions).isEqualTo(100);
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.RESTING);
    assertThat(state(good)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    fixture.assertBalanced();
  }

  @Test
  void afterTheRestItIsUsedAgainAndEachRestInARowIsTwiceAsLong() {
    FakePath bad = failing();
    working();
    long[] restEnds = {50, 150, 350, 750};
    while (state(bad) != MpathHeadSnapshot.PathState.RESTING) {
      fixture.read();
      fixture.loop.run();
    }
    long start = fixture.loop.nowMillis();
    for (long end : restEnds) {
      fixture.loop.advanceMillis(start + end - 1 - fixture.loop.nowMillis());
      assertThat(state(bad))
          .as("1 ms before %d", end)
          .isEqualTo(MpathHeadSnapshot.PathState.RESTING);
      fixture.loop.advanceMillis(1);
      assertThat(state(bad)).as("at %d", end).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
      fixture.read();
      fixture.read();
      fixture.loop.run();
      assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.RESTING);
    }
    bad.endsAtOnce = Optional.of(BlockStatus.OK);
    fixture.loop.advanceMillis(800);
    fixture.read();
    fixture.read();
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    assertThat(bad.device.health.round).as("a carried command clears the record").isZero();
    fixture.assertBalanced();
  }

  @Test
  void anErrorThatIsNoPathErrorShowsThatThePathWorks() {
    FakePath path = fixture.optimized();
    for (int i = 0; i < 20; i++) {
      fixture.read();
      path.endOne(i % 2 == 0 ? BlockStatus.IOERR : BlockStatus.MEDIUM);
      fixture.loop.run();
      path.endAll(BlockStatus.MEDIUM);
    }
    assertThat(state(path)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
  }

  @Test
  void aReportedChangeEndsTheRest() {
    FakePath bad = failing();
    FakePath good = working();
    for (int i = 0; i < 8; i++) {
      fixture.read();
      fixture.loop.run();
    }
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.RESTING);
    fixture.head.pathStateChanged(bad.device);
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    assertThat(good.submissions).isEqualTo(8);
  }

  @Test
  void aRestingPathIsUsedAtOnceWhenItIsTheLastOne() {
    FakePath bad = failing();
    FakePath good = working();
    for (int i = 0; i < 8; i++) {
      fixture.read();
      fixture.loop.run();
    }
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.RESTING);
    bad.endsAtOnce = Optional.of(BlockStatus.OK);
    fixture.set(good, FakePath.Link.GONE);
    Bio bio = fixture.read();
    assertThat(fixture.ended).containsEntry(bio, BlockStatus.OK);
    assertThat(state(bad)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
  }

  @Test
  void whenEveryPathRestsIoWaitsEvenIfTheDriverExpectsNothing() {
    FakePath bad = failing();
    bad.mayReturn = false;
    Bio bio = fixture.read();
    fixture.loop.run();
    assertThat(bad.submissions).isEqualTo(3);
    assertThat(fixture.ended).isEmpty();
    Bio fresh = fixture.read();
    fixture.loop.run();
    assertThat(bad.submissions).as("a fresh bio has one try").isEqualTo(4);
    bad.endsAtOnce = Optional.of(BlockStatus.OK);
    fixture.loop.advanceMillis(50);
    assertThat(fixture.ended)
        .containsOnly(Map.entry(bio, BlockStatus.OK), Map.entry(fresh, BlockStatus.OK));
    fixture.assertBalanced();
  }

  @Test
  void unrelatedEventsDoNotMakeABioCircleOverPathsThatRest() {
    FakePath bad = failing();
    fixture.read();
    fixture.loop.run();
    int before = bad.submissions;
    for (int i = 0; i < 1000; i++) {
      fixture.head.kick();
      fixture.loop.run();
    }
    assertThat(bad.submissions).isEqualTo(before);
  }

  @Test
  void aBioIsGivenUpWithItsLastErrorAfterABoundedNumberOfAttempts() {
    FakePath bad = failing();
    Bio bio = fixture.read();
    fixture.loop.advanceMillis(20_000);
    assertThat(fixture.ended).as("not early").isEmpty();
    bad.endsAtOnce = Optional.of(BlockStatus.TRANSPORT);
    fixture.loop.advanceMillis(40_000);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.TRANSPORT));
    assertThat(bad.submissions).isEqualTo(MpathHeadOptions.DEFAULTS.attemptsPerPath());
    fixture.assertBalanced();
  }

  @Test
  void attemptsOnPathsThatAreGoneDoNotCountAgainstTheOneThatIsLeft() {
    FakePath gone = failing();
    FakePath left = failing();
    fixture.read();
    while (left.submissions < MpathHeadOptions.DEFAULTS.attemptsPerPath() - 1) {
      fixture.loop.advanceMillis(100);
    }
    int before = left.submissions;
    fixture.head.deleteDevice(gone.device);
    fixture.loop.advanceMillis(5_000);
    assertThat(fixture.ended).isEmpty();
    assertThat(left.submissions).isGreaterThan(before);
    left.endsAtOnce = Optional.of(BlockStatus.OK);
    fixture.loop.advanceMillis(10_000);
    assertThat(fixture.ended.values()).containsExactly(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void aBioThatFailsOnEveryPathIsGivenUpThoughOthersSucceed() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    Bio poison = fixture.read(4096);
    for (int i = 0; i < 32; i++) {
      assertThat(fixture.ended).doesNotContainKey(poison);
      fixture.read(0);
      fixture.read(0);
      for (FakePath path : fixture.paths) {
        while (!path.held().isEmpty()) {
          path.endOne(
              path.held().getFirst().offset() == 4096 ? BlockStatus.TIMEOUT : BlockStatus.OK);
        }
      }
      fixture.loop.run();
    }
    assertThat(fixture.ended).containsEntry(poison, BlockStatus.TIMEOUT);
    assertThat(state(first)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    assertThat(state(second)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    fixture.assertBalanced();
  }

  @Test
  void errorsOfAPathThatItsDriverKnowsToBeDownAreNotHeldAgainstIt() {
    FakePath path = fixture.optimized();
    for (int i = 0; i < 10; i++) {
      fixture.read();
    }
    fixture.set(path, FakePath.Link.PAUSED);
    path.endAll(BlockStatus.TRANSPORT);
    fixture.set(path, FakePath.Link.UP);
    assertThat(state(path)).isEqualTo(MpathHeadSnapshot.PathState.USABLE);
    fixture.loop.run();
    assertThat(path.held()).hasSize(10);
  }
}
