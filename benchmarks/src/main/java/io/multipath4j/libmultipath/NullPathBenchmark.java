package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
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
 * A 4 KiB read through a head whose four paths end it inside the call: the head's share alone. As
 * in production, several are submitted in a turn of the loop.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else
public class NullPathBenchmark implements BioCompletion {

  private static final int PATHS = 4;
  private static final int READS = 128;
  private static final int BYTES = 4096;
  private static final long CAPACITY = 1L << 40;
  private static final BlockLimits LIMITS =
      new BlockLimits(512, 512, 512, 0, 1 << 20, 0, 0, 0, false, false, false);

  /** The policy's word. */
  @Param({"numa", "round-robin", "queue-depth"})
  public String policy = "numa";

  /** Whether the head keeps the disk's statistics. */
  @Param({"true", "false"})
  public boolean statistics;

  private final Bio bio = new Bio();
  private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
  private final Runnable submitter = this::submitAll;
  private NioEventLoop loop;
  private MpathHead<NullPath> head;

  /** Makes the head. */
  @Setup
  public void attach() throws IOException {
    loop = new NioEventLoop();
    head =
        new MpathHead<>(
            loop,
            new NullDriver(),
            new MpathHeadConfig("sda", CAPACITY, LIMITS, IoPolicies.parse(policy)));
    head.setIoStatistics(statistics);
    for (int i = 0; i < PATHS; i++) {
      NullPath path = new NullPath("sda:" + i);
      MpathDevice<NullPath> device =
          new MpathDevice<>(
              path, path, NumaTopology.NO_NODE, new ActiveCounter(), MpathAccessState.OPTIMIZED);
      head.addDevice(device);
      head.setLive(device);
    }
  }

  /** Ends the loop. */
  @TearDown
  public void close() {
    loop.close();
  }

  /** So many reads in one turn. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public Object submitToComplete() {
    loop.defer(submitter);
    loop.doWork(0);
    return bio.status();
  }

  private void submitAll() {
    for (int i = 0; i < READS; i++) {
      head.submit(bio.asRead(0, BYTES, memory, 0, this));
    }
  }

  @Override
  public void completed(Bio ended) {
    // What is measured ends here.
  }

  private record NullPath(String name) implements BlockDevice {

    @Override
    public long capacityBytes() {
      return CAPACITY;
    }

    @Override
    public BlockLimits limits() {
      return LIMITS;
    }

    @Override
    public void submit(Bio bio) {
      bio.complete(BlockStatus.OK);
    }
  }

  private static final class NullDriver implements MpathHeadTemplate<NullPath> {

    @Override
    public boolean isDisabled(NullPath path) {
      return false;
    }

    @Override
    public boolean isOptimized(NullPath path) {
      return true;
    }

    @Override
    public boolean availablePath(NullPath path) {
      return true;
    }

    @Override
    public void removeHead(MpathHead<NullPath> head) {
      head.removeDisk();
    }
  }
}
