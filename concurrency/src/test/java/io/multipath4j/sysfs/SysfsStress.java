package io.multipath4j.sysfs;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.InstantSource;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Readers of the tree take no lock. */
final class SysfsStress {

  private static final InstantSource NEVER_CHANGING = InstantSource.system();

  private SysfsStress() {}

  private static SysfsTree newTree() {
    return new SysfsTree(NEVER_CHANGING, new UeventStream(NEVER_CHANGING, 1));
  }

  /** A directory that was listed can be entered; its list has no holes. */
  @JCStressTest
  @Outcome(
      id = {"1", "12", "2"},
      expect = ACCEPTABLE,
      desc = "Before, amid, or after.")
  @Outcome(expect = FORBIDDEN, desc = "A list that never was.")
  @State
  public static class ListWhileNodesChange {

    private final SysfsTree tree = newTree();
    private final SysfsDirectory first = tree.root().addDirectory("1");

    @Actor
    public void list(I_Result result) {
      int digits = 0;
      for (SysfsNode node : List.copyOf(tree.root().children())) {
        digits = digits * 10 + Integer.parseInt(node.name());
      }
      result.r1 = digits;
    }

    @Actor
    public void change() {
      tree.root().addDirectory("2");
      first.remove();
    }
  }

  /** A read tells what the attribute holds, or that it is gone. */
  @JCStressTest
  @Outcome(id = "text", expect = ACCEPTABLE, desc = "Read before.")
  @Outcome(
      id = {"ENOENT", "ENODEV"},
      expect = ACCEPTABLE,
      desc = "Read after.")
  @Outcome(expect = FORBIDDEN, desc = "Anything else.")
  @State
  public static class ReadWhileTheDirectoryGoes {

    private final SysfsTree tree = newTree();
    private final SysfsDirectory directory = tree.root().addDirectory("d");

    public ReadWhileTheDirectoryGoes() {
      directory.addAttribute(SysfsAttribute.readOnly("a", () -> "text"));
    }

    @Actor
    public void read(L_Result result) {
      try {
        result.r1 = tree.readAttribute("/d/a");
      } catch (SysfsException gone) {
        result.r1 = gone.errno().name();
      }
    }

    @Actor
    public void remove() {
      directory.remove();
    }
  }

  /** Two threads add to one directory: both nodes are there. */
  @JCStressTest
  @Outcome(id = "2, 4", expect = ACCEPTABLE, desc = "Both, and both are counted as links.")
  @Outcome(expect = FORBIDDEN, desc = "One was lost.")
  @State
  public static class TwoAdd {

    private final SysfsTree tree = newTree();

    @Actor
    public void one() {
      tree.root().addDirectory("1");
    }

    @Actor
    public void other() {
      tree.root().addDirectory("2");
    }

    @Arbiter
    public void after(II_Result result) {
      result.r1 = tree.root().children().size();
      result.r2 = tree.root().stat().links();
    }
  }
}
