package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.TreeRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath cat}: the content of attributes, byte for byte. */
@Command(
    name = "cat",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "Print attributes of the tree of a process that attaches, byte for byte.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:one could not be read, the reason is on standard error",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mpath cat /sys/class/scsi_mpath_device/0/wwid", "  mpath cat /sys/block/sda/stat"})
final class CatCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "An attribute, with or without /sys before it.")
  private List<String> paths = List.of();

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    OutputStream out = mpath.surroundings().out();
    int status = ExitCode.OK;
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      for (String path : paths) {
        try {
          out.write(talk.ask(new TreeRequest.Read(new TreePath(path).inTree())).bytes());
          out.flush();
        } catch (ControlException refused) {
          spec.commandLine().getErr().println("mpath: " + Errno.line(path, refused));
          status = ExitCode.SOFTWARE;
        }
      }
    } catch (IOException gone) {
      throw new CommandFailure("standard output: " + gone.getMessage(), gone);
    }
    return status;
  }
}
