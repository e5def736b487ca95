package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.mpath.demo.Demo;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath demo}: the main job on the embedded array. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Show the main job on an embedded array: one disk behind two portals, served over NBD, under a"
          + " load that verifies every byte, while one portal is cut and restored, and then the other"
          + " falls silent and is restored. Needs no privileges and leaves nothing behind."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every byte was right",
      "1:a wrong, lost or failed byte, or the demo could not run",
      "2:wrong usage",
      "130:stopped by Ctrl-C"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mpath demo", "  mpath demo --duration 1m --json"})
final class DemoCommand implements Callable<Integer> {

  private static final int INTERRUPTED = 130;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ReportOptions reporting = new ReportOptions();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description =
          "About how long the load runs, such as 8s or 2m. A fault lasts at least until it was"
              + " noticed. Default: 15s.")
  private Duration duration = Duration.ofSeconds(15);

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Seed of the load's random choices. Default: another one each time.")
  private @Nullable Long seed;

  @Override
  public Integer call() throws CommandFailure {
    if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
      throw new ParameterException(
          spec.commandLine(), "--duration: expected " + SHORTEST.toSeconds() + "s to 168h");
    }
    Report report = reporting.report(spec);
    long chosen = seed == null ? new SecureRandom().nextLong() : seed;
    try {
      boolean right = new Demo(duration, chosen, report, mpath.surroundings().terminal()).run();
      return right ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (InterruptedException stopped) {
      report.result("stopped", "stopped before the end", java.util.Map.of());
      return INTERRUPTED;
    }
  }
}
