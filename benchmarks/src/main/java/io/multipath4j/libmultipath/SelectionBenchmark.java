package io.multipath4j.libmultipath;

import io.multipath4j.benchmarks.RealHeads;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Choosing a path of a SCSI head whose paths all run and are optimized. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else
public class SelectionBenchmark {

  /** The policy's word. */
  @Param({"numa", "round-robin", "queue-depth"})
  public String policy = "numa";

  /** How many paths the head has. */
  @Param({"1", "2", "4", "8", "32"})
  public int paths = 1;

  private RealHeads heads;
  private MpathHead<?> head;

  /** Attaches the head, and keeps each path busy, or queue-depth would stop at the first. */
  @Setup
  public void attach() {
    heads = new RealHeads(paths, IoPolicies.parse(policy));
    head = (MpathHead<?>) heads.attach(0);
    head.callForAllDevices(path -> path.active().increment());
  }

  /** Ends the hosts. */
  @TearDown
  public void close() {
    heads.close();
  }

  /** One selection. */
  @Benchmark
  public @Nullable Object select() {
    return head.chooser().select(0);
  }
}
