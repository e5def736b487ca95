package io.multipath4j.benchmarks;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.IoPolicies;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A 4 KiB read from the head's submit to its completion, through the SCSI disk and device, over a
 * transport that does nothing: 32 are submitted in a turn of the loop, which also ends them all.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else
public class SubmitBenchmark implements BioCompletion {

  private static final int DEPTH = 32;
  private static final int BYTES = 4096;

  /** The policy's word. */
  @Param({"numa", "round-robin", "queue-depth"})
  public String policy = "numa";

  /** How many paths the head has. */
  @Param({"1", "4"})
  public int paths = 1;

  private final Bio[] bios = new Bio[DEPTH];
  private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
  private final Runnable submitter = this::submitAll;
  private RealHeads heads;
  private BlockDevice disk;
  private int ended;

  /** Attaches the head. */
  @Setup
  public void attach() {
    heads = new RealHeads(paths, IoPolicies.parse(policy));
    disk = heads.attach(0);
    for (int i = 0; i < DEPTH; i++) {
      bios[i] = new Bio();
    }
  }

  /** Ends the hosts. */
  @TearDown
  public void close() {
    heads.close();
  }

  /** So many reads and one turn. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int submitToComplete() {
    ended = 0;
    heads.inTurn(submitter);
    if (ended != DEPTH) {
      throw new IllegalStateException(ended + " of " + DEPTH + " reads ended in the turn");
    }
    return ended;
  }

  private void submitAll() {
    for (int i = 0; i < DEPTH; i++) {
      disk.submit(bios[i].asRead((long) i * BYTES, BYTES, memory, 0, this));
    }
  }

  @Override
  public void completed(Bio bio) {
    ended++;
  }
}
