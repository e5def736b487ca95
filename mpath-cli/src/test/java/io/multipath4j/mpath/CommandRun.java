package io.multipath4j.mpath;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** One command run in this process, and what it said. */
record CommandRun(int status, String out, String err) {

  /** Runs a command in an environment of its own to its end. */
  static CommandRun of(String... arguments) {
    return withEnvironment(TestSurroundings.environment(), arguments);
  }

  /** Runs a command to its end. */
  static CommandRun withEnvironment(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(new Surroundings(environment, false, out));
    line.setOut(new PrintWriter(out, true, UTF_8));
    line.setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new CommandRun(status, out.toString(UTF_8), err.toString());
  }
}
