package io.multipath4j.benchmarks;

import io.multipath4j.libmultipath.NullPathBenchmark;
import io.multipath4j.libmultipath.SelectionBenchmark;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures what an I/O costs on its way through a head, and prints it as a table: the median and
 * the best of the iterations.
 */
public final class HotPath {

  private static final String BYTES = "gc.alloc.rate.norm";

  private HotPath() {}

  /**
   * Runs it.
   *
   * @param args empty, or {@code --quick} for shorter and fewer iterations
   */
  public static void main(String[] args) throws RunnerException {
    boolean quick = List.of(args).contains("--quick");
    System.out.println("selection       policy       paths  threads   ns/op     best  bytes/op");
    for (int threads = 1; threads <= 2; threads++) {
      print(run(SelectionBenchmark.class, threads, quick));
    }
    System.out.println("submit to complete on null paths, the head alone (4 paths)");
    print(run(NullPathBenchmark.class, 1, quick));
    System.out.println("submit to complete, head, SCSI disk and device, depth 32");
    print(run(SubmitBenchmark.class, 1, quick));
  }

  private static Collection<RunResult> run(Class<?> benchmark, int threads, boolean quick)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
            .threads(threads)
            .forks(1)
            .warmupIterations(quick ? 2 : 4)
            .warmupTime(TimeValue.milliseconds(500))
            .measurementIterations(quick ? 5 : 10)
            .measurementTime(TimeValue.milliseconds(quick ? 100 : 300))
            .addProfiler(GCProfiler.class)
            .jvmArgs("-Xmx256m", "--sun-misc-unsafe-memory-access=allow") // JMH uses it
            .verbosity(VerboseMode.SILENT);
    return new Runner(options.build()).run();
  }

  private static void print(Collection<RunResult> results) {
    for (RunResult result : results) {
      Result<?> time = result.getPrimaryResult();
      Result<?> bytes = result.getSecondaryResults().get(BYTES);
      System.out.printf(
          "%-15s %-12s %5s %8d %8.1f %8.1f %9.3f%n",
          result.getParams().getParam("statistics") == null
              ? ""
              : "statistics "
                  + ("true".equals(result.getParams().getParam("statistics")) ? "on" : "off"),
          result.getParams().getParam("policy"),
          result.getParams().getParam("paths") == null ? "4" : result.getParams().getParam("paths"),
          result.getParams().getThreads(),
          time.getStatistics().getPercentile(50),
          time.getStatistics().getMin(),
          bytes == null ? Double.NaN : bytes.getScore());
    }
  }
}
