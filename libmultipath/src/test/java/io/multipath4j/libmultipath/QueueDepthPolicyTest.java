package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import org.junit.jupiter.api.Test;

class QueueDepthPolicyTest {

  private final PolicyFixture fixture = new PolicyFixture(IoPolicies.QUEUE_DEPTH);
  private final HeadFixture head = new HeadFixture(IoPolicies.QUEUE_DEPTH);

  private static void load(FakePath path, int depth) {
    for (int i = 0; i < depth; i++) {
      path.device.active().increment();
    }
  }

  @Test
  void theLeastLoadedOptimizedPathIsUsed() {
    load(fixture.optimized(), 3);
    FakePath least = fixture.optimized();
    load(least, 1);
    load(fixture.optimized(), 2);
    assertThat(fixture.select()).isSameAs(least);
  }

  @Test
  void ofEquallyLoadedPathsTheFirstRegisteredIsUsed() {
    FakePath first = fixture.optimized();
    load(first, 2);
    load(fixture.optimized(), 2);
    assertThat(fixture.select()).isSameAs(first);
  }

  @Test
  void aLoadedOptimizedPathBeatsAnIdleNonOptimizedOne() {
    fixture.nonOptimized();
    FakePath fast = fixture.optimized();
    load(fast, 100);
    assertThat(fixture.select()).isSameAs(fast);
  }

  @Test
  void withoutAnOptimizedPathTheLeastLoadedOtherIsUsed() {
    load(fixture.nonOptimized(), 2);
    FakePath least = fixture.nonOptimized();
    load(least, 1);
    assertThat(fixture.select()).isSameAs(least);
  }

  @Test
  void theWalkStopsAtAnIdleOptimizedPath() {
    FakePath idle = fixture.optimized();
    int[] asked = {0};
    MpathHeadTemplate<FakePath> counting =
        new MpathHeadTemplate<>() {
          @Override
          public boolean isDisabled(FakePath path) {
            asked[0]++;
            return false;
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
          public void removeHead(MpathHead<FakePath> gone) {}
        };
    PathTable<FakePath> table = new PathTable<>(counting, NumaTopology.SINGLE_NODE);
    for (int i = 0; i < 4; i++) {
      FakePath path = new FakePath("p", -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
      load(path, i == 1 ? 0 : 1);
      table.add(path.device);
    }
    assertThat(IoPolicies.QUEUE_DEPTH.select(table, 0, 0)).isSameAs(table.paths()[1]);
    assertThat(asked[0]).isEqualTo(2);
    assertThat(fixture.select()).isSameAs(idle);
  }

  @Test
  void theCacheIsNeitherReadNorWritten() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    load(first, 1);
    assertThat(fixture.select()).isSameAs(second);
    assertThat(fixture.cached(0)).isNull();
    fixture.table.cache(0, first.device);
    assertThat(fixture.select()).isSameAs(second);
    assertThat(fixture.cached(0)).isSameAs(first);
  }

  @Test
  void ioSpreadsOverThePathsAsItIsInFlight() {
    FakePath a = head.optimized();
    FakePath b = head.optimized();
    FakePath c = head.optimized();
    for (int i = 0; i < 9; i++) {
      head.read();
    }
    assertThat(a.held()).hasSize(3);
    assertThat(b.held()).hasSize(3);
    assertThat(c.held()).hasSize(3);
    b.endOne(BlockStatus.OK);
    head.read();
    assertThat(b.held()).hasSize(3);
  }

  @Test
  void pathsOfOneHostShareItsCounter() {
    ActiveCounter host = new ActiveCounter();
    FakePath a = head.path(MpathAccessState.OPTIMIZED, NumaTopology.NO_NODE, host);
    head.path(MpathAccessState.OPTIMIZED, NumaTopology.NO_NODE, host);
    FakePath other = head.optimized();
    head.read();
    head.read();
    assertThat(a.held()).hasSize(1);
    assertThat(other.held()).hasSize(1);
    assertThat(host.get()).isOne();
  }

  @Test
  void depthsAreCountedOnlyWhileThePolicyIsQueueDepth() {
    FakePath a = head.optimized();
    head.head.setIoPolicy(IoPolicies.NUMA);
    head.read();
    head.read();
    assertThat(a.held()).hasSize(2);
    assertThat(a.device.active().get()).isZero();
    head.head.setIoPolicy(IoPolicies.QUEUE_DEPTH);
    head.read();
    assertThat(a.device.active().get()).as("depths start from 0").isOne();
    head.head.setIoPolicy(IoPolicies.ROUND_ROBIN);
    a.endAll(BlockStatus.OK);
    assertThat(a.device.active().get()).as("what was counted decides").isZero();
    head.assertBalanced();
  }

  @Test
  void depthsBalanceAfterErrorsAndRequeues() {
    FakePath a = head.optimized();
    FakePath b = head.optimized();
    for (int i = 0; i < 20; i++) {
      head.read();
    }
    head.set(a, FakePath.Link.GONE);
    a.endAll(BlockStatus.TRANSPORT);
    head.loop.run();
    assertThat(a.device.active().get()).isZero();
    assertThat(b.device.active().get()).isEqualTo(20);
    b.endAll(BlockStatus.MEDIUM);
    assertThat(head.ended.values()).hasSize(20).containsOnly(BlockStatus.MEDIUM);
    head.assertBalanced();
  }
}
