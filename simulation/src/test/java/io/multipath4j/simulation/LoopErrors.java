package io.multipath4j.simulation;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Keeps what goes to the standard error while it is open. An error that is logged there, such as an
 * exception that a loop survived, fails the run; the rest would only drown it.
 */
final class LoopErrors implements AutoCloseable {

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  private final String wanted;

  /** Every error fails the run. */
  LoopErrors() {
    this("\n");
  }

  /**
   * @param wanted what an error says that belongs to the run
   */
  LoopErrors(String wanted) {
    this.wanted = wanted;
    System.setErr(new PrintStream(kept, true, StandardCharsets.UTF_8));
  }

  void into(Trace trace) {
    kept.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("ERROR") || line.contains("SEVERE"))
        .filter(line -> !line.contains(wanted))
        .forEach(line -> trace.violation("logged: " + line));
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
