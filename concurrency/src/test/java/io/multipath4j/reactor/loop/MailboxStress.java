package io.multipath4j.reactor.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Tasks that other threads hand to a loop. */
final class MailboxStress {

  private static final int CAPACITY = 8;

  private MailboxStress() {}

  private static LoopCore newCore() {
    return new LoopCore(() -> 0, CAPACITY);
  }

  /** Two threads post at once: each task runs once, and sees what its poster did. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both ran once, with their poster's data.")
  @Outcome(expect = FORBIDDEN, desc = "A task was lost, ran twice, or saw too little.")
  @State
  public static class EachTaskRunsOnce {

    private final LoopCore core = newCore();
    private int fromFirst;
    private int fromSecond;
    private int firstSeen;
    private int secondSeen;

    @Actor
    public void first() {
      fromFirst = 1;
      core.post(() -> firstSeen += fromFirst);
    }

    @Actor
    public void second() {
      fromSecond = 1;
      core.post(() -> secondSeen += fromSecond);
    }

    @Arbiter
    public void loop(II_Result result) {
      core.beginTurn();
      core.endTurn();
      result.r1 = firstSeen;
      result.r2 = secondSeen;
    }
  }

  /** The loop turns while a task is posted: the task runs once, now or later, and sees all. */
  @JCStressTest
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "Ran once, with its poster's data.")
  @Outcome(expect = FORBIDDEN, desc = "Lost, ran twice, or saw too little.")
  @State
  public static class ATaskSeesWhatItsPosterDid {

    private final LoopCore core = newCore();
    private int data;
    private int seen;

    @Actor
    public void poster() {
      data = 7;
      core.post(() -> seen += data);
    }

    @Actor
    public void loop() {
      core.beginTurn();
      core.endTurn();
    }

    @Arbiter
    public void rest(I_Result result) {
      core.beginTurn();
      core.endTurn();
      result.r1 = seen;
    }
  }

  /** What one thread posts runs in its order. */
  @JCStressTest
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "In order.")
  @Outcome(expect = FORBIDDEN, desc = "Out of order, or lost.")
  @State
  public static class TasksOfOneThreadKeepTheirOrder {

    private final LoopCore core = newCore();
    private int ran;
    private int firstRanAs;
    private int secondRanAs;

    @Actor
    public void poster() {
      core.post(() -> firstRanAs = ++ran);
      core.post(() -> secondRanAs = ++ran);
    }

    @Actor
    public void loop() {
      core.beginTurn();
      core.endTurn();
    }

    @Arbiter
    public void rest(II_Result result) {
      core.beginTurn();
      core.endTurn();
      result.r1 = firstRanAs;
      result.r2 = secondRanAs;
    }
  }

  /** A loop goes to sleep while a task is posted: it stays awake, or is woken. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "It saw the task and did not block.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "It blocked, and the poster wakes it.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Both saw: woken without need.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "It sleeps on a task: a lost wake-up.")
  @State
  public static class NoTaskIsSleptOn {

    private final LoopCore core = newCore();

    @Actor
    public void loop(ZZ_Result result) {
      result.r1 = core.fallAsleep();
    }

    @Actor
    public void poster(ZZ_Result result) {
      core.post(() -> {});
      result.r2 = core.mustWake();
    }
  }
}
