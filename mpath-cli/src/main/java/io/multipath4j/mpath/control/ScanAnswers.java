package io.multipath4j.mpath.control;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.ScanReport;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Scans hosts and disks. Any thread; the work is done on the loop of the devices. */
final class ScanAnswers {

  private final ScsiMultipath multipath;

  ScanAnswers(ScsiMultipath multipath) {
    this.multipath = multipath;
  }

  CompletionStage<ScanRequest.Answer> answer(ScanRequest request) {
    return CompletableFuture.completedFuture(request)
        .thenComposeAsync(
            wanted -> {
              try {
                return wanted.disk().isEmpty() ? scan(hosts(wanted)) : look(head(wanted.disk()));
              } catch (ControlException refused) {
                return CompletableFuture.failedFuture(refused);
              }
            },
            multipath.loop());
  }

  private List<ScsiHost> hosts(ScanRequest request) throws ControlException {
    List<ScsiHost> all = multipath.hosts();
    if (request.host().isEmpty()) {
      return all;
    }
    List<ScsiHost> wanted =
        all.stream().filter(host -> String.valueOf(host.number()).equals(request.host())).toList();
    if (wanted.isEmpty()) {
      throw new ControlException(
          "ENODEV",
          "there is no host "
              + request.host()
              + "; there are "
              + all.stream().map(ScsiHost::number).toList());
    }
    return wanted;
  }

  private ScsiMpathHead head(String disk) throws ControlException {
    List<ScsiMpathHead> heads = multipath.mpathHeads();
    for (ScsiMpathHead head : heads) {
      if (head.diskName().equals(disk)) {
        return head;
      }
    }
    throw new ControlException(
        "ENODEV",
        "there is no disk "
            + disk
            + "; there are "
            + heads.stream().map(ScsiMpathHead::diskName).toList());
  }

  // ---- hosts

  private CompletableFuture<ScanRequest.Answer> scan(List<ScsiHost> hosts) {
    Outcome outcome = new Outcome();
    return all(
        hosts.stream()
            .map(host ->
                multipath
                    .scan(host)
                    .handle((report, failure) -> {
                      if (failure == null) {
                        outcome.add(report);
                      } else {
                        outcome.failed.add("host" + host.number() + ": " + reason(failure));
                      }
                      return host;
                    }))
            .toList(),
        outcome);
  }

  // ---- the paths of a disk

  private static CompletableFuture<ScanRequest.Answer> look(ScsiMpathHead head) {
    Outcome outcome = new Outcome();
    return all(head.paths().stream().map(path -> look(path, outcome)).toList(), outcome);
  }

  private static CompletableFuture<ScsiDevice> look(ScsiMpathDevice path, Outcome outcome) {
    ScsiDevice device = path.device();
    return device
        .host()
        .rescan(device)
        .handle((same, failure) -> {
          if (failure != null) {
            outcome.failed.add(device.address() + ": " + reason(failure));
          } else if (same) {
            outcome.present++;
          } else {
            outcome.failed.add(device.address() + ": another logical unit answers there");
          }
          return device;
        });
  }

  private static CompletableFuture<ScanRequest.Answer> all(
      List<? extends CompletableFuture<?>> parts, Outcome outcome) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(done -> outcome.answer());
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return String.valueOf(cause.getMessage());
  }

  private static final class Outcome {
    final List<String> added = new ArrayList<>();
    final List<String> removed = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    int present;

    void add(ScanReport report) {
      report.scan().added().forEach(device -> added.add(device.address().toString()));
      report.scan().removed().forEach(device -> removed.add(device.address().toString()));
      present += report.scan().present().size();
      report
          .scan()
          .failed()
          .forEach((lun, why) ->
              failed.add("host" + report.host().number() + " LUN " + Lun.text(lun) + ": " + why));
    }

    ScanRequest.Answer answer() {
      return new ScanRequest.Answer(added, present, removed, failed);
    }
  }
}
