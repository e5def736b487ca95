package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.TreeRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code mpath set}: a new value for an attribute. */
@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Write an attribute of the tree of a process that attaches.",
      "",
      "The value is written with a final newline, as 'echo VALUE > PATH' does."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:refused, the reason is on standard error and nothing has changed",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath set /sys/class/scsi_mpath_device/0/iopolicy round-robin",
      "  mpath set /sys/block/sda/delayed_removal_secs 30"
    })
final class SetCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(
      index = "0",
      paramLabel = "PATH",
      description = "An attribute, with or without /sys before it.")
  private String path = "";

  @Parameters(index = "1", paramLabel = "VALUE", description = "The new value.")
  private String value = "";

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      talk.ask(new TreeRequest.Write(new TreePath(path).inTree(), value + "\n"));
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line(path, refused), refused);
    }
  }
}
