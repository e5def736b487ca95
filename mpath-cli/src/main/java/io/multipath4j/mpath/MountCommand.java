package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.MountRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath mount}: the tree and the disks as files. */
@Command(
    name = "mount",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Show the tree and the disks of a process that attaches as files: DIR/sys, DIR/dev/sda.",
      "",
      "It stays until Ctrl-C, or until the process ends. With --detach it returns at once, and"
          + " 'mpath umount DIR' ends the mount."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {"  mpath mount --detach /mnt/mpath", "  mpath umount /mnt/mpath"})
final class MountCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(paramLabel = "DIR", description = "An empty directory of your own.")
  private Path directory = Path.of("");

  @Option(names = "--detach", description = "Do not stay.")
  private boolean detach;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    String place = directory.toAbsolutePath().normalize().toString();
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      talk.ask(new MountRequest(place, true));
      if (!detach) {
        spec.commandLine().getOut().println("mounted at " + place + " until Ctrl-C");
        spec.commandLine().getOut().flush();
        awaitStop();
        talk.ask(new MountRequest(place, false));
      }
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(directory + ": " + refused.sentence(), refused);
    }
  }

  /** SIGTERM, Ctrl-C: the way in which it ends. */
  private static void awaitStop() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException stopped) {
      System.getLogger(MountCommand.class.getName())
          .log(System.Logger.Level.DEBUG, "stopped, unmounting");
    }
  }
}
