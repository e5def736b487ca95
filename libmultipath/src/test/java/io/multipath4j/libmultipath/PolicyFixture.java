package io.multipath4j.libmultipath;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path table without a head, for tests of policies alone. */
final class PolicyFixture {

  /** Two nodes, 20 apart; the tests say on which the caller runs. */
  static final class TwoNodes implements NumaTopology {

    int current;

    @Override
    public int nodeCount() {
      return 2;
    }

    @Override
    public int currentNode() {
      return current;
    }

    @Override
    public int distance(int from, int to) {
      return from == to ? LOCAL_DISTANCE : 20;
    }
  }

  final PathTable<FakePath> table = new PathTable<>(new FakePath.Driver(), new TwoNodes());
  final IoPolicy policy;
  private int added;

  PolicyFixture(IoPolicy policy) {
    this.policy = policy;
  }

  FakePath optimized() {
    return path(MpathAccessState.OPTIMIZED, NumaTopology.NO_NODE);
  }

  FakePath nonOptimized() {
    return path(MpathAccessState.NONOPTIMIZED, NumaTopology.NO_NODE);
  }

  FakePath path(MpathAccessState access, int numaNode) {
    return path(access, numaNode, new ActiveCounter());
  }

  FakePath path(MpathAccessState access, int numaNode, ActiveCounter active) {
    FakePath path = new FakePath("p" + added++, numaNode, active, access);
    table.add(path.device);
    return path;
  }

  @Nullable FakePath select() {
    return selectOn(0);
  }

  @Nullable FakePath selectOn(int node) {
    return select(node, 0);
  }

  @Nullable FakePath select(int node, long avoid) {
    MpathDevice<FakePath> path = policy.select(table, node, avoid);
    return path == null ? null : path.driverPath();
  }

  List<@Nullable FakePath> selectTimes(int count) {
    List<@Nullable FakePath> selected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      selected.add(select());
    }
    return selected;
  }

  @Nullable FakePath cached(int node) {
    MpathDevice<FakePath> path = table.cached(node);
    return path == null ? null : path.driverPath();
  }
}
