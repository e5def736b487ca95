package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.ControlFeed;
import io.multipath4j.mpath.control.ControlWatch;
import io.multipath4j.mpath.control.MountRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
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
      "It stays until Ctrl-C, until somebody unmounts it, or until the process ends. With --detach it returns at once, and"
          + " 'mpath umount DIR' ends the mount."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done, or unmounted",
      "1:failed, or the process ended; the reason is on standard error",
      "2:wrong usage"
    },
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
      if (detach) {
        talk.ask(new MountRequest(place, true));
      } else {
        stay(talk, place);
      }
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(directory + ": " + refused.sentence(), refused);
    }
  }

  private void stay(ControlTalk talk, String place)
      throws ControlException, CommandFailure, InterruptedException {
    Semaphore news = new Semaphore(0);
    try (ControlFeed feed = talk.watch(new ControlWatch.Mount(place), news::release)) {
      say("mounted at " + place + " until Ctrl-C");
      try {
        awaitEnd(feed, news);
      } catch (InterruptedException stopped) {
        // SIGTERM, Ctrl-C: the way in which it ends. It is gone when this command is.
        talk.ask(new MountRequest(place, false));
      }
    }
  }

  /** Returns when somebody unmounted it; fails when the process is gone. */
  private void awaitEnd(ControlFeed feed, Semaphore news)
      throws ControlException, InterruptedException {
    try {
      while (feed.poll() == null) {
        news.acquire();
      }
    } catch (ControlException over) {
      if (!over.errno().equals("ENOTCONN")) {
        throw over;
      }
      say("unmounted");
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
