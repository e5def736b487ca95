package io.multipath4j.mpath;

import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.args.NbdAddress;
import io.multipath4j.mpath.attach.AttachListener;
import io.multipath4j.mpath.attach.ServedDisks;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.MultipathEvent;
import io.multipath4j.scsi.multipath.PathSnapshot;
import io.multipath4j.scsi.multipath.PlainDisk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells a user how an attachment fares, a line per event. */
final class AttachReport implements AttachListener {

  private final Report report;
  private final boolean readOnly;

  AttachReport(Report report, boolean readOnly) {
    this.report = report;
    this.readOnly = readOnly;
  }

  @Override
  public void pathWaits(String url, String reason) {
    report.result(
        "path-waiting",
        "path " + url + " is not attached yet: " + reason,
        Map.of("path", url, "reason", reason));
  }

  @Override
  public void happened(MultipathEvent event) {
    String kind = event.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("disk", event.disk());
    facts.put("path", event.path());
    facts.put("text", event.text());
    report.progress(kind, event.text(), facts);
  }

  @Override
  public void diskServed(HeadSnapshot disk) {
    report.result("disk", diskLine(disk, readOnly), diskFacts(disk, readOnly));
  }

  @Override
  public void plainDiskServed(PlainDisk.Snapshot disk) {
    String text =
        String.format(
            Locale.ROOT,
            "disk %s: %s at %s, not multipathed (%s), %s (%d bytes), %d-byte blocks%s",
            disk.disk(),
            disk.address(),
            disk.transport(),
            disk.reason(),
            new ByteSize(disk.capacityBytes()),
            disk.capacityBytes(),
            disk.blockBytes(),
            readOnly || disk.readOnly() ? ", read-only" : "");
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", disk.disk());
    facts.put("address", disk.address());
    facts.put("bytes", disk.capacityBytes());
    facts.put("blockBytes", disk.blockBytes());
    facts.put("readOnly", readOnly || disk.readOnly());
    facts.put("reason", disk.reason());
    report.result("plain-disk", text, facts);
  }

  @Override
  public void diskGone(String disk) {
    report.result("disk-gone", "disk " + disk + " is gone", Map.of("name", disk));
  }

  void serving(ServedDisks served) {
    for (HeadSnapshot disk : served.disks()) {
      diskServed(disk);
      for (PathSnapshot path : disk.paths()) {
        report.progress(
            "path",
            "path " + path.name() + ": " + path.transport() + ", " + path.accessState(),
            Map.of("name", path.name(), "transport", path.transport()));
      }
      degraded(served, disk);
    }
    served.plain().forEach(this::plainDiskServed);
    String uri = NbdAddress.uri(served.nbd());
    report.result("ready", "ready: " + uri, Map.of("uri", uri));
  }

  private void degraded(ServedDisks served, HeadSnapshot disk) {
    int paths = disk.paths().size();
    int wanted = served.wantedPaths();
    if (paths < wanted) {
      report.result(
          "degraded",
          (served.disks().size() == 1 ? "" : disk.disk() + ": ")
              + "degraded ("
              + paths
              + " of "
              + wanted
              + " paths)",
          Map.of("name", disk.disk(), "paths", paths, "wanted", wanted));
    }
  }

  void stopped() {
    report.progress("stopped", "stopped", Map.of());
  }

  private static String diskLine(HeadSnapshot disk, boolean readOnly) {
    return String.format(
        Locale.ROOT,
        "disk %s: %s, %s (%d bytes), %d-byte blocks, policy %s%s",
        disk.disk(),
        disk.id(),
        new ByteSize(disk.capacityBytes()),
        disk.capacityBytes(),
        disk.blockBytes(),
        disk.policy(),
        readOnly || disk.readOnly() ? ", read-only" : "");
  }

  private static Map<String, Object> diskFacts(HeadSnapshot disk, boolean readOnly) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", disk.disk());
    facts.put("id", disk.id());
    facts.put("bytes", disk.capacityBytes());
    facts.put("blockBytes", disk.blockBytes());
    facts.put("policy", disk.policy());
    facts.put("readOnly", readOnly || disk.readOnly());
    facts.put("paths", List.copyOf(disk.paths().stream().map(PathSnapshot::name).toList()));
    return facts;
  }
}
