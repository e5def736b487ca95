package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.ScanRequest;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath rescan}: what the targets have now. */
@Command(
    name = "rescan",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Ask the targets of a process that attaches which logical units they have now: new ones are"
          + " attached, those that are gone are removed.",
      "",
      "Without options all hosts are asked. This equals writing '- - -' to a host's scan"
          + " attribute, and 1 to the rescan attribute of each path of a disk."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:something could not be asked, the reason is on standard error",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mpath rescan", "  mpath rescan --host 0", "  mpath rescan --disk sda"})
final class RescanCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();
  @Mixin private ReportOptions reporting = new ReportOptions();
  @ArgGroup private What what = new What();

  /** One of them, or neither. */
  static final class What {
    @Option(names = "--host", paramLabel = "N", description = "Only the host with this number.")
    private @Nullable Integer host;

    @Option(
        names = "--disk",
        paramLabel = "DISK",
        description = "Only the paths of this disk: who and how large they are.")
    private @Nullable String disk;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    Report report = reporting.report(spec);
    String disk = what.disk == null ? "" : what.disk;
    String host = what.host == null ? "" : what.host.toString();
    Map<String, String> environment = mpath.surroundings().environment();
    try (ControlTalk talk =
        disk.isEmpty() ? control.open(environment) : control.open(environment, disk)) {
      ScanRequest.Answer answer = talk.ask(new ScanRequest(host, disk));
      for (String one : answer.added()) {
        report.result("added", one + " added", Map.of("device", one));
      }
      for (String one : answer.removed()) {
        report.result("removed", one + " removed", Map.of("device", one));
      }
      report.progress(
          "present", answer.present() + " as before", Map.of("count", answer.present()));
      for (String one : answer.failed()) {
        spec.commandLine().getErr().println("mpath: " + one);
      }
      return answer.failed().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (ControlException refused) {
      throw new CommandFailure("rescan: " + refused.sentence(), refused);
    }
  }
}
