package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References, openers, claims, and delayed removal. */
class HeadLifeTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);
  private final HeadLife<FakePath> life = fixture.head.life();

  /** Adds a path as a driver does that has a list of heads. */
  private FakePath claimedPath() {
    assertThat(life.claim()).isTrue();
    return fixture.optimized();
  }

  /** Removes a path as such a driver does; tells whether the head goes with it. */
  private boolean removed(FakePath path) {
    path.link = FakePath.Link.GONE;
    fixture.head.deleteDevice(path.device);
    boolean last = life.releaseClaim();
    if (last) {
      fixture.driver.removeHead(fixture.head);
    }
    return last;
  }

  // References.

  @Test
  void aHeadHasOneReferenceAtFirst() {
    assertThat(life.references()).isOne();
    assertThat(life.get()).isTrue();
    assertThat(life.references()).isEqualTo(2);
    life.put();
    life.put();
    assertThat(life.references()).isZero();
  }

  @Test
  void withoutReferencesNoneIsGivenAnyMore() {
    life.put();
    assertThat(life.get()).isFalse();
    assertThat(life.references()).isZero();
    assertThatThrownBy(life::put)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("sda: a reference was given back twice");
  }

  @Test
  void theHeadIsThereUntilEveryOpenerIsGone() throws BlockOperationException {
    fixture.optimized();
    HeadOpen first = life.open();
    HeadOpen second = life.open();
    assertThat(life.references()).isEqualTo(3);
    fixture.head.removeDisk();
    CompletionStage<Void> gone = life.uninit();
    assertThat(life.uninit()).as("the driver's reference is given back once").isNotDone();
    first.close();
    first.close();
    assertThat(gone).as("one is still open, however often the other is closed").isNotDone();
    second.close();
    assertThat(gone).isCompleted();
    assertThat(life.uninit()).isCompleted();
    assertThat(life.references()).isZero();
  }

  @Test
  void onlyALiveDiskCanBeOpened() throws BlockOperationException {
    assertThatThrownBy(life::open)
        .isInstanceOfSatisfying(
            BlockOperationException.class, e -> assertThat(e.errnoName()).isEqualTo("ENXIO"))
        .hasMessage("cannot open sda: it is not there");
    fixture.optimized();
    life.open().close();
    fixture.head.removeDisk();
    assertThatThrownBy(life::open).isInstanceOf(BlockOperationException.class);
    assertThat(life.references()).isOne();
    life.uninit().toCompletableFuture().join();
    assertThatThrownBy(life::open).isInstanceOf(BlockOperationException.class);
  }

  @Test
  void anOpenerWhoseDiskWasRemovedGetsErrors() throws BlockOperationException {
    fixture.optimized();
    try (HeadOpen open = life.open()) {
      assertThat(open).isNotNull();
      fixture.head.removeDisk();
      Bio bio = fixture.read();
      assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    }
  }

  // Removal without delay.

  @Test
  void withoutDelayTheHeadGoesWithItsLastPath() {
    FakePath first = claimedPath();
    FakePath second = claimedPath();
    assertThat(removed(first)).isFalse();
    assertThat(removed(second)).isTrue();
    assertThat(fixture.driver.removed).containsExactly("sda");
    assertThat(fixture.head.isLive()).isFalse();
  }

  @Test
  void theHeadStaysAsLongAsAPathIsBeingProbed() {
    FakePath first = claimedPath();
    assertThat(life.claim()).isTrue();
    assertThat(removed(first)).isFalse();
    fixture.optimized();
    assertThat(fixture.head.isLive()).isTrue();
  }

  @Test
  void theHeadOfAFirstPathThatFailsItsProbeGoesAtOnce() {
    life.setDelayedRemovalSecs(30);
    assertThat(life.claim()).isTrue();
    assertThat(life.releaseClaim()).isTrue();
  }

  @Test
  void aHeadIsGivenUpOnce() {
    claimedPath();
    fixture.head.deleteDevice(fixture.paths.getFirst().device);
    assertThat(life.releaseClaim()).isTrue();
    assertThat(life.canRemoveHead()).isFalse();
    assertThat(life.claim()).as("a path that comes now needs a new head").isFalse();
    assertThatThrownBy(() -> fixture.head.addDevice(fixture.paths.getFirst().device))
        .hasMessage("sda was given up; path sda:0 comes too late");
    fixture.head.removeDisk();
    fixture.head.removeDisk();
    assertThat(life.canRemoveHead()).isFalse();
  }

  @Test
  void aClaimIsGivenBackOnce() {
    assertThat(life.claim()).isTrue();
    life.releaseClaim();
    assertThatThrownBy(life::releaseClaim)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("sda: a claim was given back twice");
  }

  // Delayed removal.

  @Test
  void theDelayMakesIoWaitWithoutAnyUsablePath() {
    assertThat(life.delayedRemovalSecs()).isZero();
    assertThat(fixture.head.queueIfNoPath()).isFalse();
    life.setDelayedRemovalSecs(10);
    assertThat(fixture.head.queueIfNoPath()).isTrue();
    fixture.set(claimedPath(), FakePath.Link.GONE);
    fixture.read();
    fixture.loop.advanceMillis(1_000_000);
    assertThat(fixture.ended).as("paths that are offline but there: without limit").isEmpty();
    assertThat(fixture.driver.removed).isEmpty();
    life.setDelayedRemovalSecs(0);
    fixture.loop.run();
    assertThat(fixture.ended).containsValue(BlockStatus.IOERR);
    fixture.assertBalanced();
  }

  @Test
  void aPathThatReturnsInTimeFindsTheSameDiskAndItsOpenersGoOn() throws BlockOperationException {
    life.setDelayedRemovalSecs(10);
    FakePath first = claimedPath();
    try (HeadOpen open = life.open()) {
      assertThat(open).isNotNull();
      assertThat(removed(first)).isFalse();
      assertThat(life.isRemovalPending()).isTrue();
      assertThat(fixture.head.snapshot().removalPending()).isTrue();
      Bio bio = fixture.read();
      fixture.loop.advanceMillis(9_999);
      assertThat(fixture.ended).isEmpty();
      FakePath second = claimedPath();
      fixture.loop.run();
      second.endAll(BlockStatus.OK);
      assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
      fixture.loop.advanceMillis(100_000);
    }
    assertThat(fixture.driver.removed).isEmpty();
    assertThat(fixture.head.isLive()).isTrue();
    fixture.assertBalanced();
  }

  @Test
  void whenNoPathReturnsInTimeTheHeadIsRemovedAndParkedIoFails() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    Bio bio = fixture.read();
    fixture.loop.advanceMillis(9_999);
    assertThat(fixture.driver.removed).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.driver.removed).containsExactly("sda");
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    assertThat(life.claim()).isFalse();
    assertThat(life.isRemovalPending()).isFalse();
    fixture.assertBalanced();
  }

  @Test
  void aClaimCancelsTheRemovalLongBeforeThePathIsAdded() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    fixture.loop.advanceMillis(9_999);
    assertThat(life.claim()).isTrue();
    fixture.loop.advanceMillis(60_000); // a slow probe
    assertThat(fixture.driver.removed).isEmpty();
    fixture.optimized();
    assertThat(fixture.head.isLive()).isTrue();
  }

  @Test
  void aPathThatFailsItsProbeDoesNotProlongTheTime() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    for (int second = 1; second < 10; second++) {
      fixture.loop.advanceMillis(500);
      assertThat(life.claim()).isTrue();
      fixture.loop.advanceMillis(500);
      assertThat(life.releaseClaim()).isFalse();
    }
    fixture.loop.advanceMillis(999);
    assertThat(fixture.driver.removed).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.driver.removed).containsExactly("sda");
  }

  @Test
  void aTimeThatRanOutDuringAFailedProbeEndsTheHeadThen() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    assertThat(life.claim()).isTrue();
    fixture.loop.advanceMillis(20_000);
    assertThat(life.releaseClaim()).isFalse();
    fixture.loop.run();
    assertThat(fixture.driver.removed).containsExactly("sda");
  }

  @Test
  void afterAPathWasThereTheFullTimeRunsAgain() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    fixture.loop.advanceMillis(9_000);
    removed(claimedPath());
    fixture.loop.advanceMillis(9_999);
    assertThat(fixture.driver.removed).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.driver.removed).containsExactly("sda");
  }

  @Test
  void aDriverThatDoesNotClaimCancelsWithThePathItself() {
    life.setDelayedRemovalSecs(10);
    FakePath first = fixture.optimized();
    fixture.head.deleteDevice(first.device);
    assertThat(life.canRemoveHead()).isFalse();
    assertThat(life.canRemoveHead()).as("asked twice, armed once").isFalse();
    fixture.optimized();
    fixture.loop.advanceMillis(60_000);
    assertThat(fixture.driver.removed).isEmpty();
  }

  @Test
  void aNewDelayDoesNotChangeTheTimeThatRuns() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    life.setDelayedRemovalSecs(1000);
    fixture.loop.advanceMillis(9_999);
    assertThat(fixture.driver.removed).isEmpty();
    fixture.loop.advanceMillis(1);
    assertThat(fixture.driver.removed).containsExactly("sda");
  }

  @Test
  void zeroWhileTheTimeRunsRemovesTheHeadAtOnceAndFailsParkedIo() {
    life.setDelayedRemovalSecs(1000);
    removed(claimedPath());
    Bio bio = fixture.read();
    life.setDelayedRemovalSecs(0);
    assertThat(fixture.driver.removed).containsExactly("sda");
    fixture.loop.run();
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.IOERR));
    fixture.loop.advanceMillis(2_000_000);
    assertThat(fixture.driver.removed).as("once").hasSize(1);
    fixture.assertBalanced();
  }

  @Test
  void zeroWhileAPathIsBeingProbedLeavesTheHeadToTheProbe() {
    life.setDelayedRemovalSecs(1000);
    removed(claimedPath());
    assertThat(life.claim()).isTrue();
    life.setDelayedRemovalSecs(0);
    assertThat(fixture.driver.removed).isEmpty();
    assertThat(life.releaseClaim()).as("the probe failed").isTrue();
  }

  @Test
  void theDriversOwnRemovalStopsTheTime() {
    life.setDelayedRemovalSecs(10);
    removed(claimedPath());
    fixture.head.removeDisk();
    assertThat(life.isRemovalPending()).isFalse();
    fixture.loop.advanceMillis(60_000);
    life.setDelayedRemovalSecs(0);
    assertThat(fixture.driver.removed).isEmpty();
    assertThat(life.claim()).isFalse();
  }

  @Test
  void theLongestDelayDoesNotOverflow() {
    life.setDelayedRemovalSecs(HeadLife.MAX_DELAYED_REMOVAL_SECS);
    assertThat(life.delayedRemovalSecs()).isEqualTo(4294967295L);
    removed(claimedPath());
    fixture.loop.advanceMillis(1_000_000_000_000L);
    assertThat(fixture.driver.removed).isEmpty();
    assertThat(life.isRemovalPending()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 4294967296L, Long.MIN_VALUE, Long.MAX_VALUE})
  void aDelayOutOfRangeIsRefusedAndChangesNothing(long seconds) {
    life.setDelayedRemovalSecs(7);
    assertThatThrownBy(() -> life.setDelayedRemovalSecs(seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delayed removal of " + seconds + " s: expected 0 to 4294967295");
    assertThat(life.delayedRemovalSecs()).isEqualTo(7);
    assertThat(fixture.head.queueIfNoPath()).isTrue();
  }
}
