package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.ControlFeed;
import io.multipath4j.mpath.control.ControlWatch;
import io.multipath4j.sysfs.Uevent;
import io.multipath4j.sysfs.UeventDelivery;
import java.io.PrintWriter;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code mpath monitor}: the events of a process that attaches, as they come. */
@Command(
    name = "monitor",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Print the uevents of a process that attaches until stopped: disks and paths that come and"
          + " go, paths that fail and return.",
      "",
      "The form is that of 'udevadm monitor --property'."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped by Ctrl-C or SIGTERM, or nobody reads any more",
      "1:the process ended or cannot be asked, the reason is on standard error",
      "2:wrong usage"
    },
    footerHeading = "%nExample:%n",
    footer = "  mpath monitor --json")
final class MonitorCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Option(names = "--json", description = "Print one JSON object per line, for programs.")
  private boolean json;

  private final JsonMapper mapper = new JsonMapper();

  @Override
  public Integer call() throws CommandFailure {
    PrintWriter out = spec.commandLine().getOut();
    Semaphore news = new Semaphore(0);
    try (ControlTalk talk = control.open(mpath.surroundings().environment());
        ControlFeed feed = talk.watch(new ControlWatch.Uevents(), news::release)) {
      out.println(json ? "{\"watching\":\"uevents\"}" : "monitor prints the uevents from now on\n");
      while (!checkedPrint(out, feed)) {
        news.acquire();
        news.drainPermits();
      }
    } catch (ControlException over) {
      throw new CommandFailure("monitor: " + over.sentence(), over);
    } catch (InterruptedException stopped) {
      // SIGTERM, Ctrl-C: the way in which it ends.
      out.flush();
    }
    return ExitCode.OK;
  }

  /** Prints what there is; returns true when nobody takes it, as behind {@code | head}. */
  private boolean checkedPrint(PrintWriter out, ControlFeed feed) throws ControlException {
    UeventDelivery delivery;
    while ((delivery = feed.poll()) != null) {
      switch (delivery) {
        case Uevent event -> print(out, event);
        case UeventDelivery.Lost lost ->
            out.println(
                json
                    ? mapper.writeValueAsString(Map.of("missed", lost.count()))
                    : "missed " + lost.count() + " events: they came faster than they were read\n");
      }
    }
    return out.checkError();
  }

  private void print(PrintWriter out, Uevent event) {
    if (json) {
      Map<String, String> keys = new LinkedHashMap<>();
      for (String line : event.environment()) {
        int equals = line.indexOf('=');
        keys.put(line.substring(0, equals), line.substring(equals + 1));
      }
      out.println(
          mapper.writeValueAsString(Map.of("time", event.time().toString(), "uevent", keys)));
      return;
    }
    out.println(
        String.format(
            Locale.ROOT,
            "UEVENT[%d.%06d] %-8s %s (%s)",
            event.time().getEpochSecond(),
            event.time().get(ChronoField.MICRO_OF_SECOND),
            event.action().word(),
            event.devpath(),
            event.subsystem()));
    event.environment().forEach(out::println);
    out.println();
  }
}
