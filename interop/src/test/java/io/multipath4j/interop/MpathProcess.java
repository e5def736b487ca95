package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, with the heap that the launcher gives it. */
final class MpathProcess implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final Path log;

  private MpathProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts {@code mpath ARGUMENTS}. */
  static MpathProcess start(Path folder, String... arguments) throws IOException {
    return start(folder, List.of(), arguments);
  }

  /** As {@link #start}, for a verb that ends soon: nothing is worth a second compilation. */
  static MpathProcess startBrief(Path folder, String... arguments) throws IOException {
    return start(folder, List.of("-XX:TieredStopAtLevel=1"), arguments);
  }

  private static MpathProcess start(Path folder, List<String> javaOptions, String... arguments)
      throws IOException {
    Path log = Files.createTempFile(folder, "mpath", ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.multipath4j.mpath.Main"));
    command.addAll(1, javaOptions);
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new MpathProcess(process, log);
  }

  /** Waits until it has printed {@code text}. */
  MpathProcess awaitOutput(String text) {
    Waiting.until(
        "mpath prints '" + text + "'",
        LIMIT,
        () -> {
          String output = output();
          if (output.contains(text)) {
            return true;
          }
          if (!process.isAlive()) {
            fail("mpath ended with status %d before '%s':%n%s", process.exitValue(), text, output);
          }
          return false;
        });
    return this;
  }

  /** Waits for its end by itself. */
  int awaitExit() throws InterruptedException, IOException {
    if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      Program.kill(process);
      fail("mpath did not end within %s:%n%s", LIMIT, output());
    }
    return process.exitValue();
  }

  String output() throws IOException {
    return Program.read(log);
  }

  /** Sends a signal, such as {@code INT}. */
  void signal(String name) throws IOException, InterruptedException {
    Program.require("bash", "bash")
        .run(LIMIT, "-c", "kill -" + name + " " + process.pid())
        .expectSuccess();
  }

  /** Ends it as an operator would (SIGTERM), and makes sure that it ends. */
  @Override
  public void close() throws InterruptedException, IOException {
    process.destroy();
    awaitExit();
  }
}
