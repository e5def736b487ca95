package io.multipath4j.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of one side of a measurement, pinned to a core or not, whose CPU time can be read. */
final class MeasuredProcess implements AutoCloseable {

  /** Linux reports CPU time in these units (USER_HZ, which is fixed at 100 for user space). */
  private static final long MICROS_PER_TICK = 10_000;

  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final Process process;
  private final Path log;

  private MeasuredProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static MeasuredProcess start(Pinning pinning, List<String> command) throws IOException {
    Path log = Files.createTempFile("benchmark", ".log");
    log.toFile().deleteOnExit();
    List<String> pinned = new ArrayList<>(pinning.prefix());
    pinned.addAll(command);
    Process process =
        new ProcessBuilder(pinned).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new MeasuredProcess(process, log);
  }

  /** Runs a command to its end and returns what it printed. */
  static String run(Pinning pinning, Duration limit, List<String> command)
      throws IOException, InterruptedException {
    try (MeasuredProcess running = start(pinning, command)) {
      if (!running.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            String.join(" ", command) + " did not end within " + limit + ":\n" + running.output());
      }
      if (running.process.exitValue() != 0) {
        throw new IOException(
            String.join(" ", command)
                + " ended with status "
                + running.process.exitValue()
                + ":\n"
                + running.output());
      }
      return running.output();
    }
  }

  long pid() {
    return process.pid();
  }

  String output() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  MeasuredProcess awaitOutput(String text, Duration limit)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (!output().contains(text)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException("ended before it printed '" + text + "':\n" + output());
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("did not print '" + text + "' within " + limit + ":\n" + output());
      }
    }
    return this;
  }

  /** Returns the CPU time used so far by all its threads, in microseconds. */
  long cpuMicros() throws IOException {
    String stat = Files.readString(Path.of("/proc", String.valueOf(pid()), "stat"));
    // The name in parentheses may hold blanks; utime and stime are fields 14 and 15 (proc(5)).
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(log);
  }
}
