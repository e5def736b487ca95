package io.multipath4j.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The alternating rounds of two sides of one work, and their ratio. */
final class Comparison {

  private final String work;
  private final String ourName;
  private final String peerName;
  private final List<Sample> ours = new ArrayList<>();
  private final List<Sample> peers = new ArrayList<>();

  Comparison(String work, String ourName, String peerName) {
    this.work = work;
    this.ourName = ourName;
    this.peerName = peerName;
  }

  void add(Sample our, Sample peer) {
    ours.add(our);
    peers.add(peer);
  }

  void print(PrintStream out) {
    double[] ratios = new double[ours.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours.get(i).iops() / peers.get(i).iops();
    }
    java.util.Arrays.sort(ratios);
    out.printf(
        Locale.ROOT,
        "%s: ratio %.2f (%.2f to %.2f over %d rounds)%n",
        work,
        ratios[ratios.length / 2],
        ratios[0],
        ratios[ratios.length - 1],
        ratios.length);
    printSide(out, ourName, ours);
    printSide(out, peerName, peers);
  }

  private static void printSide(PrintStream out, String name, List<Sample> samples) {
    double allocated = median(samples, Sample::allocatedBytesPerIo);
    out.printf(
        Locale.ROOT,
        "    %-22s %9.0f IOPS  %7.2f us CPU per I/O  p50 %6.0f  p99 %6.0f  p99.9 %6.0f us%s%n",
        name,
        median(samples, Sample::iops),
        median(samples, Sample::cpuMicrosPerIo),
        median(samples, Sample::p50Micros),
        median(samples, Sample::p99Micros),
        median(samples, Sample::p999Micros),
        Double.isNaN(allocated)
            ? ""
            : String.format(Locale.ROOT, "  %.2f bytes allocated per I/O", allocated));
  }

  private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    double[] values = samples.stream().mapToDouble(figure).sorted().toArray();
    return values[values.length / 2];
  }
}
