package io.multipath4j.mpath;

import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.DiskRequest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath zones}: the zones of a disk, in the words of {@code blkzone}. */
@Command(
    name = "zones",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Report the zones of a zoned disk, or act on one.",
      "",
      "The report has the words of blkzone, and its units: sectors of 512 bytes."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath zones sda",
      "  mpath zones sda report 256M --count 1",
      "  mpath zones sda reset 256M",
      "  mpath zones sda reset-all"
    })
final class ZonesCommand implements Callable<Integer> {

  private static final String REPORT = "report";
  private static final String RESET_ALL = "reset-all";
  private static final Set<String> ONE_ZONE = Set.of("open", "close", "finish", "reset");
  private static final int SECTOR_BYTES = 512;

  private static final List<String> TYPES =
      List.of("", "CONVENTIONAL", "SEQ_WRITE_REQUIRED", "SEQ_WRITE_PREFERRED");

  private static final List<String> CONDITIONS =
      List.of(
          "nw", "em", "oi", "oe", "cl", "x5", "x6", "x7", "x8", "x9", "xA", "xB", "xC", "ro", "fu",
          "of");

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(index = "0", paramLabel = "DISK", description = "A disk, such as sda.")
  private String disk = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ACTION",
      description = "report (the default), open, close, finish, reset, or reset-all.")
  private String action = REPORT;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "OFFSET",
      description = "Where the zone begins, in bytes or as 256M; a report begins there.")
  private @Nullable ByteSize offset;

  @Option(
      names = "--count",
      paramLabel = "ZONES",
      description = "Most zones of a report. Default: all.")
  private long count = Long.MAX_VALUE;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    check();
    try (ControlTalk talk = control.open(mpath.surroundings().environment(), disk)) {
      if (action.equals(REPORT)) {
        report(talk);
      } else {
        talk.ask(new DiskRequest.ZoneAction(disk, action, offset == null ? 0 : offset.bytes()));
      }
      return ExitCode.OK;
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line("zones " + disk, refused), refused);
    }
  }

  private void check() {
    boolean oneZone = ONE_ZONE.contains(action);
    if (!oneZone && !action.equals(REPORT) && !action.equals(RESET_ALL)) {
      throw usage("'" + action + "': expected report, open, close, finish, reset or reset-all");
    }
    if (oneZone && offset == null) {
      throw usage(action + ": expected the OFFSET of the zone, such as 256M");
    }
    if (action.equals(RESET_ALL) && offset != null) {
      throw usage("reset-all: expected no OFFSET; 'reset OFFSET' is for one zone");
    }
    if (count < 1) {
      throw usage("--count " + count + ": expected 1 or more");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Asks for zones until there are no more; a disk has too many for one answer. */
  private void report(ControlTalk talk)
      throws ControlException, CommandFailure, InterruptedException {
    long next = offset == null ? 0 : offset.bytes();
    long left = count;
    DiskRequest.Zones answer;
    do {
      int most = (int) Math.min(left, DiskRequest.MAX_ZONES);
      answer = talk.ask(new DiskRequest.ReportZones(disk, next, most));
      answer.zones().forEach(this::print);
      left -= answer.zones().size();
      if (!answer.zones().isEmpty()) {
        DiskRequest.ZoneState last = answer.zones().getLast();
        next = last.start() + last.length();
      }
    } while (left > 0 && next < answer.diskBytes() && !answer.zones().isEmpty());
  }

  private void print(DiskRequest.ZoneState zone) {
    PrintWriter out = spec.commandLine().getOut();
    long pointer = zone.writePointer() < 0 ? 0 : zone.writePointer() - zone.start();
    out.println(
        String.format(
            Locale.ROOT,
            "  start: 0x%09x, len 0x%06x, cap 0x%06x, wptr 0x%06x reset:%d non-seq:%d,"
                + " zcond:%2d(%s) [type: %d(%s)]",
            zone.start() / SECTOR_BYTES,
            zone.length() / SECTOR_BYTES,
            zone.capacity() / SECTOR_BYTES,
            pointer / SECTOR_BYTES,
            zone.resetRecommended() ? 1 : 0,
            zone.nonSequential() ? 1 : 0,
            zone.condition(),
            CONDITIONS.get(zone.condition() & 0xF),
            zone.type(),
            TYPES.get(zone.type() & 3)));
  }
}
