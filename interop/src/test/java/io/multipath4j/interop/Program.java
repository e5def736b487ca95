package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that others wrote and that a test needs. When it is missing, the test is skipped and
 * says what to install; with {@code -Dmultipath4j.interop.required=true} (as the gate runs it) it
 * fails.
 */
final class Program {

  private static final boolean REQUIRED = Boolean.getBoolean("multipath4j.interop.required");

  private final Path file;

  private Program(Path file) {
    this.file = file;
  }

  /** How a program ended; {@code output} is standard output and error together. */
  record Result(String command, int exitStatus, String output) {

    Result expectSuccess() {
      if (exitStatus != 0) {
        fail("%s ended with status %d:%n%s", command, exitStatus, output);
      }
      return this;
    }

    Result expectFailure() {
      if (exitStatus == 0) {
        fail("%s was expected to fail:%n%s", command, output);
      }
      return this;
    }
  }

  /** Finds {@code name} on PATH (and where administrators' programs are). */
  static Program require(String name, String debianPackage) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
      Path candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate)) {
        return new Program(candidate);
      }
    }
    return missing(name + " is not installed (Debian package " + debianPackage + ")");
  }

  /** As {@link #require}, for something that the host itself has or has not. */
  static void requireFile(Path file, String whatIsMissing) {
    if (!Files.exists(file)) {
      missing(whatIsMissing + " (" + file + ")");
    }
  }

  /** As {@link #require}, for what only root may do. */
  static void requireRoot(String what) {
    if (!"root".equals(System.getProperty("user.name"))) {
      missing("only root may use " + what);
    }
  }

  private static Program missing(String reason) {
    if (REQUIRED) {
      fail("%s, and multipath4j.interop.required is set", reason);
    }
    return Assumptions.abort(reason);
  }

  /** Runs it to its end; kills it and fails the test when that takes longer than {@code limit}. */
  Result run(Duration limit, String... arguments) throws IOException, InterruptedException {
    Path log = Files.createTempFile("interop", ".log");
    try {
      Process process = start(log, arguments);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        fail("%s did not end within %s:%n%s", process.info(), limit, read(log));
      }
      return new Result(
          file.getFileName() + " " + String.join(" ", arguments), process.exitValue(), read(log));
    } finally {
      Files.delete(log);
    }
  }

  /** Starts it with its output in {@code log}; the caller ends it. */
  Process start(Path log, String... arguments) throws IOException {
    return start(log, Map.of(), arguments);
  }

  /** Starts it with additional environment variables. */
  Process start(Path log, Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(file.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Ends a process and its children for sure. */
  static void kill(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      fail("process %d does not end", process.pid());
    }
  }

  static String read(Path log) throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }
}
