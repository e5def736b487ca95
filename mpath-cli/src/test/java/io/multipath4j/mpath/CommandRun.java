package io.multipath4j.mpath;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** One command run in this process, and what it said. */
record CommandRun(int status, String out, String err) {

  /** Runs a command with an empty environment to its end. */
  static CommandRun of(String... arguments) {
    return withEnvironment(Map.of(), arguments);
  }

  /** Runs a command to its end. */
  static CommandRun withEnvironment(Map<String, String> environment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(new Surroundings(environment, false));
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new CommandRun(status, out.toString(), err.toString());
  }
}
