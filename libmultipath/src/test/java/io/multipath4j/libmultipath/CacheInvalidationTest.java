package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import org.junit.jupiter.api.Test;

/** When the path that a node chose last is forgotten. */
class CacheInvalidationTest {

  private final PolicyFixture.TwoNodes numa = new PolicyFixture.TwoNodes();
  private final HeadFixture fixture =
      new HeadFixture(IoPolicies.NUMA, numa, MpathHeadOptions.DEFAULTS);

  @Test
  void anOptimizedPathThatComesLiveIsConsideredForEveryNode() {
    FakePath far = fixture.path(MpathAccessState.OPTIMIZED, 1);
    numa.current = 0;
    assertThat(fixture.pathOfNextRead()).isSameAs(far);
    FakePath near = fixture.path(MpathAccessState.OPTIMIZED, 0);
    assertThat(fixture.pathOfNextRead()).isSameAs(near);
    numa.current = 1;
    assertThat(fixture.pathOfNextRead()).isSameAs(far);
  }

  @Test
  void aNonOptimizedPathThatComesLiveChangesNothing() {
    FakePath first = fixture.path(MpathAccessState.OPTIMIZED, 1);
    assertThat(fixture.pathOfNextRead()).isSameAs(first);
    fixture.path(MpathAccessState.NONOPTIMIZED, 0);
    assertThat(fixture.head.clearCurrentPath(first.device)).isTrue();
  }

  @Test
  void aRemovedPathIsInNoCache() {
    FakePath path = fixture.optimized();
    fixture.optimized();
    assertThat(fixture.pathOfNextRead()).isSameAs(path);
    fixture.head.deleteDevice(path.device);
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }

  @Test
  void aPathErrorTakesThePathOutOfTheCaches() {
    FakePath path = fixture.optimized();
    fixture.read();
    path.endOne(BlockStatus.TRANSPORT);
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }

  @Test
  void anyOtherErrorLeavesItThere() {
    FakePath path = fixture.optimized();
    fixture.read();
    path.endOne(BlockStatus.MEDIUM);
    assertThat(fixture.head.clearCurrentPath(path.device)).isTrue();
  }

  @Test
  void aChangedPathStateTakesThePathOutOfTheCaches() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }

  @Test
  void aChangedAccessStateTakesThePathOutOfTheCaches() {
    FakePath path = fixture.optimized();
    fixture.head.setAccessState(path.device, MpathAccessState.NONOPTIMIZED);
    assertThat(path.device.accessState()).isEqualTo(MpathAccessState.NONOPTIMIZED);
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }

  @Test
  void settingThePolicyEmptiesTheCachesEvenIfItIsTheSame() {
    FakePath path = fixture.optimized();
    fixture.head.setIoPolicy(IoPolicies.NUMA);
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }

  @Test
  void revalidationEmptiesTheCachesAndTellsWhichPathsDiffer() {
    FakePath same = fixture.optimized();
    FakePath different = fixture.optimized();
    different.capacityBytes = 4096;
    java.util.List<FakePath> notReady = new java.util.ArrayList<>();
    fixture.head.revalidatePaths(path -> notReady.add(path.driverPath()));
    assertThat(notReady).containsExactly(different);
    assertThat(fixture.head.clearCurrentPath(same.device)).isFalse();
  }

  @Test
  void clearingTellsWhetherAnyNodeHadThePath() {
    FakePath path = fixture.optimized();
    assertThat(fixture.head.clearCurrentPath(path.device)).isTrue();
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
    fixture.read();
    fixture.head.clearPaths();
    assertThat(fixture.head.clearCurrentPath(path.device)).isFalse();
  }
}
