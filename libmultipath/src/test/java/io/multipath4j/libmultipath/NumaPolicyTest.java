package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumaPolicyTest {

  private final PolicyFixture fixture = new PolicyFixture(IoPolicies.NUMA);

  @Test
  void theNearestOptimizedPathOfEachNodeIsUsedAndCached() {
    FakePath onZero = fixture.path(MpathAccessState.OPTIMIZED, 0);
    FakePath onOne = fixture.path(MpathAccessState.OPTIMIZED, 1);
    assertThat(fixture.selectOn(0)).isSameAs(onZero);
    assertThat(fixture.selectOn(1)).isSameAs(onOne);
    assertThat(fixture.cached(0)).isSameAs(onZero);
    assertThat(fixture.cached(1)).isSameAs(onOne);
  }

  @Test
  void ofEquallyNearPathsTheFirstRegisteredIsUsed() {
    FakePath first = fixture.path(MpathAccessState.OPTIMIZED, 1);
    fixture.path(MpathAccessState.OPTIMIZED, 1);
    assertThat(fixture.selectOn(0)).isSameAs(first);
    assertThat(fixture.selectOn(1)).isSameAs(first);
  }

  @Test
  void aPathWithoutANodeCountsAsLocal() {
    FakePath far = fixture.path(MpathAccessState.OPTIMIZED, 1);
    FakePath nowhere = fixture.path(MpathAccessState.OPTIMIZED, NumaTopology.NO_NODE);
    assertThat(fixture.selectOn(0)).isSameAs(nowhere);
    assertThat(fixture.selectOn(1)).isSameAs(far);
  }

  @Test
  void anOptimizedPathFarAwayBeatsANonOptimizedOneNearby() {
    fixture.path(MpathAccessState.NONOPTIMIZED, 0);
    FakePath far = fixture.path(MpathAccessState.OPTIMIZED, 1);
    assertThat(fixture.selectOn(0)).isSameAs(far);
  }

  @Test
  void theCachedPathIsKeptThoughANearerOneAppears() {
    FakePath far = fixture.path(MpathAccessState.OPTIMIZED, 1);
    assertThat(fixture.selectOn(0)).isSameAs(far);
    fixture.path(MpathAccessState.OPTIMIZED, 0);
    assertThat(fixture.selectOn(0)).isSameAs(far);
  }

  @Test
  void ioReturnsToAnOptimizedPathByItself() {
    FakePath slow = fixture.nonOptimized();
    FakePath fast = fixture.optimized();
    fast.link = FakePath.Link.GONE;
    assertThat(fixture.select()).isSameAs(slow);
    assertThat(fixture.cached(0)).isSameAs(slow);
    fast.link = FakePath.Link.UP;
    assertThat(fixture.select()).isSameAs(fast);
  }

  @Test
  void aSearchThatFindsNothingLeavesTheCacheAlone() {
    FakePath path = fixture.optimized();
    assertThat(fixture.select()).isSameAs(path);
    path.link = FakePath.Link.PAUSED;
    assertThat(fixture.select()).isNull();
    assertThat(fixture.cached(0)).isSameAs(path);
  }

  @Test
  void aCachedPathThatIsOptimizedButDisabledIsNotUsed() {
    // A driver whose isOptimized() forgets the device state.
    MpathHeadTemplate<FakePath> forgetful =
        new MpathHeadTemplate<>() {
          @Override
          public boolean isDisabled(FakePath path) {
            return path.link != FakePath.Link.UP;
          }

          @Override
          public boolean isOptimized(FakePath path) {
            return true;
          }

          @Override
          public boolean availablePath(FakePath path) {
            return true;
          }

          @Override
          public void removeHead(MpathHead<FakePath> head) {}
        };
    PathTable<FakePath> table = new PathTable<>(forgetful, NumaTopology.SINGLE_NODE);
    FakePath path = new FakePath("p", -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
    table.add(path.device);
    assertThat(IoPolicies.NUMA.select(table, 0, 0)).isSameAs(path.device);
    path.link = FakePath.Link.GONE;
    assertThat(IoPolicies.NUMA.select(table, 0, 0)).isNull();
  }
}
