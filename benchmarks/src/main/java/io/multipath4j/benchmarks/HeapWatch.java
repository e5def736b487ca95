package io.multipath4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Tells how much a JVM has allocated, from outside, with {@code jstat}: young collections times the
 * size of eden, plus what eden holds now. A process that is no JVM has no heap: NaN.
 */
final class HeapWatch {

  private final long pid;
  private final boolean jvm;

  private HeapWatch(long pid, boolean jvm) {
    this.pid = pid;
    this.jvm = jvm;
  }

  static HeapWatch of(MeasuredProcess process) throws IOException {
    Path executable =
        Files.readSymbolicLink(Path.of("/proc", String.valueOf(process.pid()), "exe"));
    return new HeapWatch(process.pid(), executable.endsWith("java"));
  }

  double allocatedBytes() throws IOException, InterruptedException {
    if (!jvm) {
      return Double.NaN;
    }
    String jstat = Path.of(System.getProperty("java.home"), "bin", "jstat").toString();
    String[] lines =
        MeasuredProcess.run(
                Pinning.NONE, Duration.ofSeconds(10), List.of(jstat, "-gc", String.valueOf(pid)))
            .strip()
            .split("\n", -1);
    List<String> names = List.of(lines[0].strip().split("\\s+", -1));
    List<String> values = List.of(lines[1].strip().split("\\s+", -1));
    double edenKib = value(names, values, "EC");
    double usedKib = value(names, values, "EU");
    return (value(names, values, "YGC") * edenKib + usedKib) * 1024;
  }

  private static double value(List<String> names, List<String> values, String name) {
    return Double.parseDouble(values.get(names.indexOf(name)));
  }
}
