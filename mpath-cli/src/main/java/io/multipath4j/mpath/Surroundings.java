package io.multipath4j.mpath;

import java.io.Console;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds when it starts.
 *
 * @param environment the process's environment
 * @param terminal whether standard output is a terminal that can redraw lines
 * @param out standard output, for what is not text
 */
record Surroundings(Map<String, String> environment, boolean terminal, OutputStream out) {

  private static final String DEBUG_VARIABLE = "MPATH_DEBUG";

  /** Returns those of this process. */
  static Surroundings ofProcess() {
    Map<String, String> environment = System.getenv();
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new Surroundings(environment, terminal && !dumb, System.out);
  }

  /** Tells whether the user asked for stack traces: MPATH_DEBUG is set to anything but 0. */
  boolean debug() {
    return !environment.getOrDefault(DEBUG_VARIABLE, "0").equals("0");
  }
}
