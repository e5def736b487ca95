package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.Sense;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a host is scanned: on request, one scan after the other; and, once it was scanned as a
 * whole, by itself when the target says that its list of LUNs changed, or when the transport has
 * returned. Many such words make one scan, and there is a shortest time between two, which grows as
 * long as the target says so during the scan itself. Loop thread only.
 */
final class HostScanner {

  private static final System.Logger LOG = System.getLogger(HostScanner.class.getName());

  /** Until a change is looked at: each logical unit of the target reports the same one. */
  static final long COALESCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Shortest time from the end of a scan to the start of the next one that nobody asked for. */
  static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** The same, of a target that reports a change all the time. */
  static final long MAX_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(64);

  /** Most scans that were asked for and have not ended; one more fails. */
  static final int MAX_SCANS = 64;

  private final ScsiHost host;
  private final ProbeBackOff backOff = new ProbeBackOff();
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
  private int scans;
  private boolean discovers;
  private boolean planned;
  private boolean scanning;
  private boolean again;
  private boolean scannedBefore;
  private long lastEndNanos;
  private long intervalNanos = MIN_INTERVAL_NANOS;
  private String lastProblem = "";

  HostScanner(ScsiHost host) {
    this.host = host;
  }

  /** Scans on request, after the scans that were asked for before. */
  CompletableFuture<ScanResult> scan(ScanPattern pattern) {
    if (!pattern.hasTarget()) {
      throw new IllegalArgumentException(
          "scan pattern '" + pattern + "': a host has channel 0 with target 0 only");
    }
    if (scans == MAX_SCANS) {
      return CompletableFuture.failedFuture(
          new ScsiException(
              "host %d: %d scans are under way or wait; ask again when they are done"
                  .formatted(host.number(), scans),
              BlockStatus.AGAIN,
              Sense.NONE));
    }
    boolean all = pattern.lun() == ScanPattern.ANY;
    discovers |= all;
    scans++;
    CompletableFuture<ScanResult> scan =
        last.handle((ignored, failure) -> 0)
            .thenCompose(ignored -> {
              HostScan one = new HostScan(host, backOff, all);
              return all ? one.all() : one.one(Lun.of(pattern.lun()));
            })
            .whenComplete((result, failure) -> scans--);
    last = scan;
    return scan;
  }

  /** The target says that its list of LUNs is another one. */
  void lunsChanged() {
    plan();
  }

  /** The transport is up: what failed may work now, and what was said meanwhile was not heard. */
  void transportUp() {
    backOff.expire(host.loop().clock().nanoTime());
    plan();
  }

  private void plan() {
    if (!discovers || planned) {
      return;
    }
    if (scanning) {
      again = true;
      return;
    }
    planned = true;
    long sinceNanos = host.loop().clock().nanoTime() - lastEndNanos;
    long delay = scannedBefore ? intervalNanos - sinceNanos : 0;
    host.loop().schedule(Math.max(COALESCE_NANOS, delay), this::scanNow);
  }

  private void scanNow() {
    planned = false;
    if (!host.transport().isUp() || host.isClosed()) {
      return; // its return is an event of its own
    }
    scanning = true;
    var _ =
        scan(ScanPattern.ALL)
            .whenComplete((result, failure) -> host.loop().execute(() -> ended(failure)));
  }

  private void ended(@Nullable Throwable failure) {
    scanning = false;
    scannedBefore = true;
    lastEndNanos = host.loop().clock().nanoTime();
    String problem = failure == null ? "" : String.valueOf(HostScan.cause(failure).getMessage());
    if (!problem.isEmpty() && !problem.equals(lastProblem)) {
      LOG.log(Level.WARNING, "host {0}: not scanned: {1}", host.number(), problem);
    }
    lastProblem = problem;
    if (again) {
      again = false;
      intervalNanos = Math.min(intervalNanos * 2, MAX_INTERVAL_NANOS);
      plan();
    } else {
      intervalNanos = MIN_INTERVAL_NANOS;
    }
  }
}
