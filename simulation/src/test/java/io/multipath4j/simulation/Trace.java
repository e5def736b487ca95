package io.multipath4j.simulation;

import io.multipath4j.reactor.Clock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** What happened in a run, in order, with the virtual time; and what should not have happened. */
final class Trace {

  private static final int MAX_VIOLATIONS = 20;

  private final Clock clock;
  private final List<String> lines = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  Trace(Clock clock) {
    this.clock = clock;
  }

  void add(String event) {
    long micros = clock.nanoTime() / 1_000;
    lines.add("%d.%06d %s".formatted(micros / 1_000_000, micros % 1_000_000, event));
  }

  void violation(String what) {
    add("VIOLATION " + what);
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add(lines.getLast());
    }
  }

  void check(boolean holds, String what) {
    if (!holds) {
      violation(what);
    }
  }

  List<String> violations() {
    return violations;
  }

  List<String> lines() {
    return lines;
  }

  /** Returns a number that two runs share only if they were the same. */
  long hash() {
    CRC32C crc = new CRC32C();
    lines.forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
    return crc.getValue() << 32 | lines.size();
  }

  /** Returns the last lines, for a person who looks for the reason of a failure. */
  String tail(int count) {
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }
}
