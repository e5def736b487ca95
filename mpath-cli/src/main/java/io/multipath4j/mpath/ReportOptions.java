package io.multipath4j.mpath;

import io.multipath4j.mpath.console.Report;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a command tells what it does. */
final class ReportOptions {

  @Option(names = "--json", description = "Print one JSON object per line, for programs.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print outcomes only.")
  private boolean quiet;

  Report report(CommandSpec command) {
    if (json && quiet) {
      throw new ParameterException(command.commandLine(), "--json and --quiet exclude each other");
    }
    return new Report(
        command.commandLine().getOut(),
        json ? Report.Form.JSON : quiet ? Report.Form.QUIET : Report.Form.TEXT);
  }
}
