package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.TreeRequest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath tree}: a drawing of the tree. */
@Command(
    name = "tree",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "Draw the attribute tree of a process that attaches, or a part of it.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {"  mpath tree", "  mpath tree /sys/class/scsi_mpath_device/0"})
final class TreeCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(
      paramLabel = "PATH",
      arity = "0..1",
      defaultValue = "/sys",
      description = "The top of the drawing, with or without /sys before it.")
  private String path = "/sys";

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      TreeRequest.Lines drawing = talk.ask(new TreeRequest.Drawing(new TreePath(path).inTree()));
      out.println(path);
      drawing.lines().stream().skip(1).forEach(out::println);
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line(path, refused), refused);
    }
    out.flush();
    return ExitCode.OK;
  }
}
