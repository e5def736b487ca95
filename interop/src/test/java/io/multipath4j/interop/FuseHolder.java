package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.fail;

import io.multipath4j.fuse.MountException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that mounts a tree and a disk of 1 MiB, until it is ended. */
final class FuseHolder implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final Path log;

  private FuseHolder(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Is run by {@link #start} with the place as its argument. */
  public static void main(String[] arguments) throws Exception {
    try (Fuse fuse = Fuse.mount(Path.of(arguments[0]))) {
      fuse.add(new RamDisk("sda", 1));
      System.out.println("mounted");
      new CountDownLatch(1).await();
    } catch (MountException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }

  /** Starts it; {@code javaOptions} come before the class path. */
  static FuseHolder start(Path folder, Path place, String... javaOptions) throws IOException {
    Path log = Files.createTempFile(folder, "holder", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(javaOptions));
    command.addAll(
        List.of(
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            FuseHolder.class.getName(),
            place.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new FuseHolder(process, log);
  }

  FuseHolder awaitOutput(String text) {
    Waiting.until(
        "the holder prints '" + text + "'",
        LIMIT,
        () -> {
          boolean alive = process.isAlive();
          String output = Program.read(log);
          if (!alive && !output.contains(text)) {
            fail("the holder ended with status %d:%n%s", process.exitValue(), output);
          }
          return output.contains(text);
        });
    return this;
  }

  String output() throws IOException {
    return Program.read(log);
  }

  /** SIGKILL: nothing is unmounted. */
  void kill() throws InterruptedException {
    Program.kill(process);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
