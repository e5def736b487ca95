package io.multipath4j.mpath.demo;

import io.multipath4j.mpath.args.NbdAddress;
import io.multipath4j.mpath.attach.AttachListener;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.mpath.console.Report.Form;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.MultipathEvent;
import io.multipath4j.scsi.multipath.PathSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows a running demo: on a terminal a line per path that is redrawn in place, elsewhere the same
 * lines now and then, or JSON. Events may come from any thread, everything else from one.
 */
final class DemoScreen implements AttachListener {

  private static final long TERMINAL_INTERVAL_MILLIS = 200;
  private static final long PLAIN_INTERVAL_MILLIS = 2_000;
  private static final long JSON_INTERVAL_MILLIS = 1_000;

  private final Report report;
  private final @Nullable LiveTable table;
  private final long intervalNanos;
  private final Map<String, Long> iosBefore = new HashMap<>();
  private long shownNanos;
  private long loadBefore;

  DemoScreen(Report report, boolean terminal) {
    this.report = report;
    this.table = terminal && report.form() == Form.TEXT ? new LiveTable(report.out()) : null;
    this.intervalNanos =
        TimeUnit.MILLISECONDS.toNanos(
            table != null
                ? TERMINAL_INTERVAL_MILLIS
                : report.form() == Form.JSON ? JSON_INTERVAL_MILLIS : PLAIN_INTERVAL_MILLIS);
  }

  void begin(DemoRig rig) {
    shownNanos = rig.loadLoop().clock().nanoTime();
    HeadSnapshot disk = rig.served().first();
    say(
        "serving",
        "disk "
            + disk.disk()
            + " ("
            + disk.id()
            + ") through "
            + disk.paths().size()
            + " paths at "
            + NbdAddress.uri(rig.served().nbd()));
  }

  @Override
  public void pathWaits(String url, String reason) {
    say("path-waiting", url + ": " + reason);
  }

  @Override
  public void happened(MultipathEvent event) {
    say("path", event.text());
  }

  void say(String event, String text) {
    if (table != null) {
      table.print(text);
    } else {
      report.progress(event, text, Map.of("text", text));
    }
  }

  /** Shows the state if it is time to. */
  void tick(DemoRig rig) {
    long now = rig.loadLoop().clock().nanoTime();
    if (now - shownNanos < intervalNanos || report.form() == Form.QUIET) {
      return;
    }
    double seconds = (now - shownNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    shownNanos = now;
    List<String> rows = new ArrayList<>();
    List<Map<String, Object>> facts = new ArrayList<>();
    for (PathSnapshot path : rig.paths()) {
      long before = iosBefore.getOrDefault(path.name(), 0L);
      iosBefore.put(path.name(), path.ios());
      long iops = Math.round((path.ios() - before) / seconds);
      rows.add(row(path, iops));
      facts.add(facts(path, iops));
    }
    VerifyingLoad.Counters load = rig.load().counters();
    long loadIops = Math.round((load.reads() + load.writes() - loadBefore) / seconds);
    loadBefore = load.reads() + load.writes();
    rows.add(
        String.format(
            Locale.ROOT,
            "  client            %,9d IOPS  %,d reads verified, %,d writes",
            loadIops,
            load.reads(),
            load.writes()));
    show(rows, facts, load, loadIops);
  }

  private void show(
      List<String> rows,
      List<Map<String, Object>> paths,
      VerifyingLoad.Counters load,
      long loadIops) {
    if (table != null) {
      table.show(rows);
      return;
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("paths", paths);
    facts.put("iops", loadIops);
    facts.put("reads", load.reads());
    facts.put("writes", load.writes());
    report.progress("state", String.join(System.lineSeparator(), rows), facts);
  }

  private static String row(PathSnapshot path, long iops) {
    return String.format(
        Locale.ROOT,
        "  %-6s %-10s %,9d IOPS %4d in flight %4d errors  %s",
        path.name(),
        path.deviceState(),
        iops,
        path.inFlight(),
        path.errors(),
        path.transport().substring(path.transport().indexOf(" at ") + 1));
  }

  private static Map<String, Object> facts(PathSnapshot path, long iops) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", path.name());
    facts.put("transport", path.transport());
    facts.put("state", path.deviceState());
    facts.put("iops", iops);
    facts.put("inFlight", path.inFlight());
    facts.put("errors", path.errors());
    facts.put("failovers", path.failovers());
    return facts;
  }

  void end(LoadResult result, List<Failover> failovers) {
    if (table != null) {
      table.show(List.of());
    }
    for (Failover failover : failovers) {
      report.progress("failover", failover.line(), failover.facts());
    }
    for (String finding : result.findings()) {
      report.result("finding", finding, Map.of("text", finding));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("right", result.isRight());
    facts.put("readsVerified", result.readsVerified());
    facts.put("writes", result.writes());
    facts.put("wrong", result.wrongBlocks());
    facts.put("lost", result.lostBlocks() + result.unansweredIos());
    facts.put("failed", result.failedIos());
    report.result("result", result.summary(), facts);
  }
}
