package io.multipath4j.libmultipath;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** What is counted, and who may count. */
final class CountersStress {

  /** What the accounting asks about the I/O does not change. */
  private static final Bio IDLE = new Bio();

  private CountersStress() {}

  /** Heads on two loops share a host's counter: it is back at zero when their I/Os are over. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Balanced.")
  @Outcome(expect = FORBIDDEN, desc = "An increment or decrement was lost.")
  @State
  public static class HostCounterOfTwoLoops {

    private final ActiveCounter active = new ActiveCounter();
    private final MpathDevice<StressPath> one = StressPath.device(1, active);
    private final MpathDevice<StressPath> other = StressPath.device(2, active);

    @Actor
    public void oneLoop() {
      attempt(one);
      attempt(one);
    }

    @Actor
    public void otherLoop() {
      attempt(other);
      attempt(other);
    }

    @Arbiter
    public void after(J_Result result) {
      result.r1 = active.get();
    }

    private static void attempt(MpathDevice<StressPath> on) {
      Attempt<StressPath> attempt = new Attempt<>();
      attempt.open(on, true);
      attempt.close(IDLE, BlockStatus.OK, 0);
    }
  }

  /** A counter of one loop does not go back before a reader's eyes. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "It grows.")
  @Outcome(expect = FORBIDDEN, desc = "It went back.")
  @State
  public static class LoopCounterGrows {

    private final LoopCounter counter = new LoopCounter();

    @Actor
    public void loop() {
      counter.add(1);
      counter.add(1);
    }

    @Actor
    public void reader(JJ_Result result) {
      result.r1 = counter.get();
      result.r2 = counter.get();
    }
  }
}
