package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundRobinPolicyTest {

  private final PolicyFixture fixture = new PolicyFixture(IoPolicies.ROUND_ROBIN);

  @Test
  void optimizedPathsTakeTurnsInTheOrderOfRegistration() {
    FakePath a = fixture.optimized();
    FakePath b = fixture.optimized();
    FakePath c = fixture.optimized();
    assertThat(fixture.selectTimes(7)).containsExactly(a, b, c, a, b, c, a);
  }

  @Test
  void theRotationIsOfEachNode() {
    FakePath a = fixture.optimized();
    FakePath b = fixture.optimized();
    assertThat(fixture.selectOn(0)).isSameAs(a);
    assertThat(fixture.selectOn(1)).isSameAs(a);
    assertThat(fixture.selectOn(0)).isSameAs(b);
    assertThat(fixture.selectOn(1)).isSameAs(b);
  }

  @Test
  void distanceIsIgnored() {
    FakePath far = fixture.path(MpathAccessState.OPTIMIZED, 1);
    FakePath near = fixture.path(MpathAccessState.OPTIMIZED, 0);
    assertThat(fixture.selectTimes(4)).containsExactly(far, near, far, near);
  }

  @Test
  void disabledPathsAreSkipped() {
    FakePath a = fixture.optimized();
    FakePath b = fixture.optimized();
    FakePath c = fixture.optimized();
    b.link = FakePath.Link.PAUSED;
    assertThat(fixture.selectTimes(4)).containsExactly(a, c, a, c);
  }

  @Test
  void aSingleOptimizedPathTakesAll() {
    fixture.nonOptimized();
    FakePath fast = fixture.optimized();
    fixture.nonOptimized();
    assertThat(fixture.selectTimes(5)).containsOnly(fast);
  }

  @Test
  void nonOptimizedPathsAreWalkedBackwards() {
    FakePath a = fixture.nonOptimized();
    FakePath b = fixture.nonOptimized();
    FakePath c = fixture.nonOptimized();
    assertThat(fixture.selectTimes(7)).containsExactly(a, c, b, a, c, b, a);
  }

  @Test
  void theOnlyNonOptimizedPathIsKept() {
    FakePath a = fixture.nonOptimized();
    FakePath b = fixture.nonOptimized();
    b.link = FakePath.Link.PAUSED;
    assertThat(fixture.selectTimes(3)).containsOnly(a);
  }

  @Test
  void aDisabledOldPathGivesWayToANonOptimizedOneWhichIsCached() {
    FakePath fast = fixture.optimized();
    FakePath slow = fixture.nonOptimized();
    assertThat(fixture.select()).isSameAs(fast);
    fast.link = FakePath.Link.GONE;
    assertThat(fixture.select()).isSameAs(slow);
    assertThat(fixture.cached(0)).isSameAs(slow);
  }

  @Test
  void anOldPathInAnotherAccessStateIsNotKept() {
    FakePath a = fixture.optimized();
    FakePath b = fixture.nonOptimized();
    assertThat(fixture.select()).isSameAs(a);
    a.device.accessState(MpathAccessState.OTHER);
    assertThat(fixture.select()).isSameAs(b);
    b.link = FakePath.Link.GONE;
    assertThat(fixture.select()).isNull();
  }

  @Test
  void aSinglePathIsUsedUnlessDisabled() {
    FakePath only = fixture.optimized();
    assertThat(fixture.selectTimes(2)).containsOnly(only);
    only.link = FakePath.Link.PAUSED;
    assertThat(fixture.select()).isNull();
    assertThat(fixture.cached(0)).as("the cache is left alone").isSameAs(only);
  }

  @Test
  void theWalkEndsThoughTheOldPathIsNoLongerOnTheList() {
    FakePath old = fixture.optimized();
    fixture.nonOptimized();
    fixture.nonOptimized();
    assertThat(fixture.select()).isSameAs(old);
    fixture.table.remove(old.device);
    StaleCache.force(fixture.table, 0, old.device);
    assertThat(fixture.select()).isNotNull().isNotSameAs(old);
  }
}
