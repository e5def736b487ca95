package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.ReservationRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath pr}: persistent reservations of a disk. */
@Command(
    name = "pr",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Ask for, or change, the persistent reservations of a disk, over all its paths.",
      "",
      "In the words of sg_persist, or with --command in those of blkpr."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:refused, the reason is on standard error",
      "2:wrong usage, nothing was asked"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath pr sda --out --register --param-sark=a1",
      "  mpath pr sda --out --reserve --param-rk=a1 --prout-type=5",
      "  mpath pr sda --in --read-keys",
      "  mpath pr sda --command release --key 0xa1 --type write-exclusive-reg-only"
    })
final class PrCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();
  @Mixin private PrOptions options = new PrOptions();
  @Mixin private ReportOptions reporting = new ReportOptions();

  @Parameters(index = "0", paramLabel = "DISK", description = "A disk, as in sda.")
  private String disk = "";

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    ReservationRequest request;
    try {
      request = options.request(disk);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
    }
    try (ControlTalk talk = control.open(mpath.surroundings().environment(), disk)) {
      ReservationRequest.Answer answer = talk.ask(request);
      reporting
          .report(spec)
          .result(
              "reservation", String.join(System.lineSeparator(), answer.lines()), answer.facts());
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line(disk, refused), refused);
    }
  }
}
