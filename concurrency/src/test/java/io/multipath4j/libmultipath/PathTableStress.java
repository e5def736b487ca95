package io.multipath4j.libmultipath;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The path array and the cached paths: the head's loop changes them, any thread selects. */
final class PathTableStress {

  private PathTableStress() {}

  /** The removal of the path that numa sticks to. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "1, 2"},
      expect = ACCEPTABLE,
      desc = "Chosen before it was removed.")
  @Outcome(
      id = {"2, 0", "2, 2"},
      expect = ACCEPTABLE,
      desc = "The other one was chosen.")
  @Outcome(expect = FORBIDDEN, desc = "No path, or the removed one is still cached.")
  @State
  public static class NumaWhileItsPathIsRemoved {

    private final TwoPaths two = new TwoPaths();

    @Actor
    public void select(II_Result result) {
      result.r1 = two.select(IoPolicies.NUMA);
    }

    @Actor
    public void remove() {
      two.table.remove(two.first);
    }

    @Arbiter
    public void cached(II_Result result) {
      result.r2 = two.number(two.table.cached(0));
    }
  }

  /** As above, where the selection is to cache the path that is being removed. */
  @JCStressTest
  @Outcome(
      id = {"2, 0", "2, 1"},
      expect = ACCEPTABLE,
      desc = "Chosen before it was removed.")
  @Outcome(
      id = {"1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "The only one left was chosen.")
  @Outcome(expect = FORBIDDEN, desc = "No path, or the removed one is cached.")
  @State
  public static class RoundRobinWhileTheNextPathIsRemoved {

    private final TwoPaths two = new TwoPaths();

    @Actor
    public void select(II_Result result) {
      result.r1 = two.select(IoPolicies.ROUND_ROBIN);
    }

    @Actor
    public void remove() {
      two.table.remove(two.second);
    }

    @Arbiter
    public void cached(II_Result result) {
      result.r2 = two.number(two.table.cached(0));
    }
  }

  /** The least loaded path goes. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Chosen before it was removed.")
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "The other one was chosen.")
  @Outcome(expect = FORBIDDEN, desc = "No path, although one is there all the time.")
  @State
  public static class QueueDepthWhileAPathIsRemoved {

    private final TwoPaths two = new TwoPaths();

    @Actor
    public void select(I_Result result) {
      result.r1 = two.select(IoPolicies.QUEUE_DEPTH);
    }

    @Actor
    public void remove() {
      two.table.remove(two.first);
    }
  }

  /** A path that comes is either not seen, or seen with its bit and all that belongs to it. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "There, and complete.")
  @Outcome(expect = FORBIDDEN, desc = "There, and not registered.")
  @State
  public static class ListWhileAPathComes {

    private final TwoPaths none = TwoPaths.empty();

    @Actor
    public void list(I_Result result) {
      MpathDevice<StressPath>[] paths = none.table.paths();
      result.r1 = paths.length == 0 ? 0 : paths[0].isRegistered() ? 1 : 2;
    }

    @Actor
    public void add() {
      none.table.add(none.first);
    }
  }

  /** A path that leaves and comes again is a good path, also when it is cached meanwhile. */
  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, 2", "2, 1", "2, 2"},
      expect = ACCEPTABLE,
      desc = "One of the two.")
  @Outcome(expect = FORBIDDEN, desc = "No path, although one is there all the time.")
  @State
  public static class SelectWhileAPathLeavesAndReturns {

    private final TwoPaths two = new TwoPaths();

    @Actor
    public void select(II_Result result) {
      result.r1 = two.select(IoPolicies.NUMA);
    }

    @Actor
    public void leaveAndReturn() {
      two.table.remove(two.first);
      two.table.add(two.first);
    }

    @Arbiter
    public void after(II_Result result) {
      result.r2 = two.select(IoPolicies.NUMA);
    }
  }

  /** A list of paths that a reader took does not change under it, and has no holes. */
  @JCStressTest
  @Outcome(
      id = {"12", "2", "23"},
      expect = ACCEPTABLE,
      desc = "Before, amid, or after.")
  @Outcome(expect = FORBIDDEN, desc = "A list that never was.")
  @State
  public static class ListWhilePathsChange {

    private final TwoPaths two = new TwoPaths();
    private final MpathDevice<StressPath> third = StressPath.device(3);

    @Actor
    public void list(I_Result result) {
      int digits = 0;
      for (MpathDevice<StressPath> path : two.table.paths()) {
        digits = digits * 10 + two.number(path);
      }
      result.r1 = digits;
    }

    @Actor
    public void change() {
      two.table.remove(two.first);
      two.table.add(third);
    }
  }
}
