package io.multipath4j.benchmarks;

import io.multipath4j.libmultipath.IoPolicies;
import java.lang.management.ManagementFactory;

/**
 * What a head and a path cost in heap, and whether attaching one more costs the same however many
 * there are: real SCSI multipath with its attribute tree over {@link LightTransport}.
 */
public final class HeadMemory {

  private static final int PATHS = 4;

  /** Heads at the start and at the end whose time is compared. */
  private static final int SAMPLE = 1000;

  private static final int WARM_UP_HEADS = 3000;
  private static final int SMALL_HEADS = 2000;

  private HeadMemory() {}

  /**
   * What was measured.
   *
   * @param heads how many there were, of {@link #PATHS} paths each
   * @param bytesPerHead heap of a head without paths
   * @param bytesPerPath heap of one path
   * @param usedBytes heap of all of them
   * @param firstNanos CPU time of attaching one of the first heads with its paths
   * @param lastNanos the same of the last ones
   */
  public record Result(
      int heads,
      long bytesPerHead,
      long bytesPerPath,
      long usedBytes,
      long firstNanos,
      long lastNanos) {

    /** Returns how much slower the last ones are. */
    public double growth() {
      return (double) lastNanos / firstNanos;
    }
  }

  /**
   * Measures and prints.
   *
   * @param args how many heads; 10000 when missing
   */
  public static void main(String[] args) {
    int heads = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    Result result = measure(heads);
    System.out.printf("heap of a head            %,10d bytes%n", result.bytesPerHead());
    System.out.printf("heap of a path            %,10d bytes%n", result.bytesPerPath());
    System.out.printf(
        "heap of %,d heads with %d paths: %,d bytes, of %,d at most%n",
        result.heads(), PATHS, result.usedBytes(), Runtime.getRuntime().maxMemory());
    System.out.printf(
        "CPU time to attach a head with %d paths: the first %,d %.1f us each, the last %,d %.1f us"
            + " each (%.2f times)%n",
        PATHS,
        SAMPLE,
        result.firstNanos() / 1e3,
        SAMPLE,
        result.lastNanos() / 1e3,
        result.growth());
  }

  /**
   * Measures.
   *
   * @param heads at least 2000
   */
  public static Result measure(int heads) {
    if (heads < 2 * SAMPLE) {
      throw new IllegalArgumentException(heads + " heads: expected at least " + 2 * SAMPLE);
    }
    heapOf(WARM_UP_HEADS, PATHS);
    long onePath = heapOf(SMALL_HEADS, 1) / SMALL_HEADS;
    long perPath = (heapOf(SMALL_HEADS, PATHS) / SMALL_HEADS - onePath) / (PATHS - 1);

    long before = usedHeap();
    try (RealHeads all = new RealHeads(PATHS, IoPolicies.QUEUE_DEPTH).withTree()) {
      long first = nanosPerAttach(all, 0);
      for (int lun = SAMPLE; lun < heads - SAMPLE; lun++) {
        all.attach(lun);
      }
      long last = nanosPerAttach(all, heads - SAMPLE);
      long used = usedHeap() - before;
      if (all.multipath().heads().size() != heads) {
        throw new IllegalStateException("not every head is there");
      }
      return new Result(heads, onePath - perPath, perPath, used, first, last);
    }
  }

  private static long nanosPerAttach(RealHeads heads, int firstLun) {
    long start = cpuNanos();
    for (int lun = firstLun; lun < firstLun + SAMPLE; lun++) {
      heads.attach(lun);
    }
    return (cpuNanos() - start) / SAMPLE;
  }

  private static long heapOf(int heads, int paths) {
    long before = usedHeap();
    try (RealHeads some = new RealHeads(paths, IoPolicies.QUEUE_DEPTH).withTree()) {
      for (int lun = 0; lun < heads; lun++) {
        some.attach(lun);
      }
      return usedHeap() - before;
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long usedHeap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
