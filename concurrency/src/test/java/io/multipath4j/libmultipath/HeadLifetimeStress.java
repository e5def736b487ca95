package io.multipath4j.libmultipath;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Who uses a head or one of its paths while it goes. */
final class HeadLifetimeStress {

  private HeadLifetimeStress() {}

  /** A path is freed after its removal only when no reader has it any more. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The reader came after the removal.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The reader used the path before it was freed.")
  @Outcome(expect = FORBIDDEN, desc = "Used after it was freed, or never freed.")
  @State
  public static class PathIsFreedAfterItsReaders {

    private final TwoPaths two = new TwoPaths();
    private final ReadEpoch epoch = new ReadEpoch();
    private volatile boolean freed;

    @Actor
    public void read(II_Result result) {
      ReadEpoch.Generation reading = epoch.enter();
      boolean found = Arrays.asList(two.table.paths()).contains(two.first);
      result.r1 = !found ? 0 : freed ? 2 : 1;
      epoch.exit(reading);
    }

    @Actor
    public void remove() {
      two.table.remove(two.first);
      epoch.synchronize().thenRun(() -> freed = true);
    }

    @Arbiter
    public void after(II_Result result) {
      result.r2 = freed ? 1 : 0;
    }
  }

  /**
   * The last reference is given back while another one is taken: it is got, or the head is gone.
   */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Got in time: the head stays.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Too late: the head is gone.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "A reference to what is gone, or a head nobody has and keeps.")
  @State
  public static class OpenWhileTheHeadIsGivenUp {

    private final HeadReferences references = new HeadReferences("sda");

    @Actor
    public void open(ZZ_Result result) {
      result.r1 = references.get();
    }

    @Actor
    public void giveUp() {
      references.uninit();
    }

    @Arbiter
    public void after(ZZ_Result result) {
      result.r2 = references.uninit().isDone();
    }
  }
}
