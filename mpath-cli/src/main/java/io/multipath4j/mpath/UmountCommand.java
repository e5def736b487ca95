package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.MountRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code mpath umount}: the end of a mount. */
@Command(
    name = "umount",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "End a mount of a process that attaches. Who uses its files gets errors.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExample:%n",
    footer = "  mpath umount /mnt/mpath")
final class UmountCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(paramLabel = "DIR", description = "Where it is mounted.")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    String place = directory.toAbsolutePath().normalize().toString();
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      talk.ask(new MountRequest(place, false));
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(directory + ": " + refused.sentence(), refused);
    }
  }
}
