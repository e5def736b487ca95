package io.multipath4j.mpath;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;

/** A command that runs in a thread of its own until it is interrupted, as SIGTERM would do. */
final class BackgroundRun implements AutoCloseable {

  private static final long LIMIT_SECONDS = 30;
  private static final long POLLS_PER_SECOND = 100;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final Map<String, String> environment;
  private final Thread thread;

  private BackgroundRun(Map<String, String> environment, String... arguments) {
    CommandLine line = Main.commandLine(new Surroundings(environment, false, out));
    line.setOut(new PrintWriter(out, true, UTF_8));
    line.setErr(new PrintWriter(err, true));
    this.environment = environment;
    thread =
        Thread.ofPlatform()
            .name("command " + String.join(" ", arguments))
            .unstarted(() -> status.complete(line.execute(arguments)));
  }

  /** Starts a command in an environment of its own. */
  static BackgroundRun start(String... arguments) {
    return withEnvironment(TestSurroundings.environment(), arguments);
  }

  /** Starts a command. */
  static BackgroundRun withEnvironment(Map<String, String> environment, String... arguments) {
    BackgroundRun run = new BackgroundRun(environment, arguments);
    run.thread.start();
    return run;
  }

  /** Waits until standard output contains {@code text}. */
  BackgroundRun awaitOutput(String text) throws InterruptedException {
    await("output '" + text + "'", () -> out().contains(text));
    return this;
  }

  /** Waits until {@code condition} holds, while the command runs. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    for (long i = 0; i < LIMIT_SECONDS * POLLS_PER_SECOND; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      if (thread.join(Duration.ofSeconds(1).dividedBy(POLLS_PER_SECOND))
          && !condition.getAsBoolean()) {
        fail("ended with %s before %s:%n%s%s", status.join(), what, out(), err());
      }
    }
    fail("no %s within %d s:%n%s%s", what, LIMIT_SECONDS, out(), err());
  }

  /** Returns what it finds, for a command that is to find it. */
  Map<String, String> environment() {
    return environment;
  }

  void interrupt() {
    thread.interrupt();
  }

  int awaitStatus() throws Exception {
    return status.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString();
  }

  /** Ends it as SIGTERM would, and makes sure that it ends. */
  @Override
  public void close() {
    if (!status.isDone()) {
      interrupt();
    }
    status.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }
}
