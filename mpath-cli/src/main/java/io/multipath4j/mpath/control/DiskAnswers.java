package io.multipath4j.mpath.control;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Zone;
import io.multipath4j.block.ZoneReport;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.PassthroughResult;
import io.multipath4j.scsi.ScsiPassthrough;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Answers {@link DiskRequest}s from the disks of this process. Any thread may ask. */
public final class DiskAnswers {

  private final EventLoop loop;
  private final Function<String, Optional<BlockDevice>> disks;
  private final boolean readOnly;

  /**
   * Makes one.
   *
   * @param loop that of the disks
   * @param disks finds a disk by its name; loop thread
   * @param readOnly refuses what may change a disk
   */
  public DiskAnswers(
      EventLoop loop, Function<String, Optional<BlockDevice>> disks, boolean readOnly) {
    this.loop = loop;
    this.disks = disks;
    this.readOnly = readOnly;
  }

  /** Returns the answer, completed on the loop; fails with {@link ControlException}. */
  CompletableFuture<Record> answer(DiskRequest<?> request) {
    CompletableFuture<Record> answer = new CompletableFuture<>();
    try {
      loop.execute(() -> start(request, answer));
    } catch (RejectedExecutionException full) {
      answer.completeExceptionally(
          new ControlException("EAGAIN", "the loop takes no request", full));
    }
    return answer;
  }

  private void start(DiskRequest<?> request, CompletableFuture<Record> answer) {
    Optional<BlockDevice> disk = disks.apply(request.disk());
    if (disk.isEmpty()) {
      answer.completeExceptionally(
          new ControlException("ENODEV", "this process has no disk \"" + request.disk() + "\""));
      return;
    }
    try {
      var _ =
          run(request, disk.get())
              .whenComplete((result, failure) -> {
                if (failure == null) {
                  answer.complete(result);
                } else {
                  answer.completeExceptionally(explain(failure));
                }
              });
    } catch (IllegalArgumentException wrong) {
      answer.completeExceptionally(
          new ControlException("EINVAL", String.valueOf(wrong.getMessage()), wrong));
    }
  }

  private CompletableFuture<? extends Record> run(DiskRequest<?> request, BlockDevice disk) {
    return switch (request) {
      case DiskRequest.Passthrough command -> passthrough(disk, command);
      case DiskRequest.ReportZones report -> zones(disk, report);
      case DiskRequest.ZoneAction action -> zoneAction(disk, action);
    };
  }

  private static Throwable explain(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable reason = failure instanceof CompletionException && cause != null ? cause : failure;
    return reason instanceof BlockOperationException refused
        ? new ControlException(refused.errnoName(), String.valueOf(refused.getMessage()), refused)
        : reason;
  }

  // ---- passthrough

  private CompletableFuture<DiskRequest.PassthroughAnswer> passthrough(
      BlockDevice disk, DiskRequest.Passthrough asked) {
    if (asked.dataInBytes() > 0 && asked.dataOut().length > 0) {
      throw new IllegalArgumentException("a command has data in or data out, not both");
    }
    if (asked.timeoutMillis() > DiskRequest.MAX_TIMEOUT_MILLIS) {
      throw new IllegalArgumentException(
          "timeout of %d ms: at most %d"
              .formatted(asked.timeoutMillis(), DiskRequest.MAX_TIMEOUT_MILLIS));
    }
    ScsiPassthrough plain =
        asked.dataInBytes() != 0
            ? ScsiPassthrough.dataIn(asked.cdb(), asked.dataInBytes())
            : asked.dataOut().length > 0
                ? ScsiPassthrough.dataOut(asked.cdb(), asked.dataOut())
                : ScsiPassthrough.withoutData(asked.cdb());
    ScsiPassthrough timed = plain.withTimeoutMillis(asked.timeoutMillis());
    ScsiPassthrough command = asked.retry() ? timed.withRetry() : timed;
    return disk.operations().ioctl(command, !readOnly).thenApply(done -> told(command.result()));
  }

  private static DiskRequest.PassthroughAnswer told(PassthroughResult result) {
    return new DiskRequest.PassthroughAnswer(
        result.isGood(),
        result.text(),
        result.hostByte().name(),
        result.status(),
        result.sense(),
        result.data(),
        result.residual(),
        result.attempts(),
        TimeUnit.NANOSECONDS.toMicros(result.durationNanos()));
  }

  // ---- zones

  private static CompletableFuture<DiskRequest.Zones> zones(
      BlockDevice disk, DiskRequest.ReportZones asked) {
    if (asked.count() < 1 || asked.count() > DiskRequest.MAX_ZONES) {
      throw new IllegalArgumentException(
          "%d zones: expected 1 to %d".formatted(asked.count(), DiskRequest.MAX_ZONES));
    }
    return disk.operations()
        .reportZones(asked.offset(), asked.count())
        .thenApply(report -> told(disk, report));
  }

  private static DiskRequest.Zones told(BlockDevice disk, ZoneReport report) {
    return new DiskRequest.Zones(
        disk.capacityBytes(), report.zones().stream().map(DiskAnswers::told).toList());
  }

  private static DiskRequest.ZoneState told(Zone zone) {
    return new DiskRequest.ZoneState(
        zone.start(),
        zone.length(),
        zone.capacity(),
        zone.writePointer(),
        type(zone.type()),
        condition(zone.condition()),
        zone.resetRecommended(),
        zone.nonSequential());
  }

  private static int type(Zone.Type type) {
    return switch (type) {
      case CONVENTIONAL -> ZoneDescriptor.CONVENTIONAL;
      case SEQUENTIAL_WRITE_REQUIRED -> ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED;
      case SEQUENTIAL_WRITE_PREFERRED -> ZoneDescriptor.SEQUENTIAL_WRITE_PREFERRED;
    };
  }

  private static int condition(Zone.Condition condition) {
    return switch (condition) {
      case NOT_WRITE_POINTER -> ZoneDescriptor.NOT_WRITE_POINTER;
      case EMPTY -> ZoneDescriptor.EMPTY;
      case IMPLICITLY_OPENED -> ZoneDescriptor.IMPLICITLY_OPENED;
      case EXPLICITLY_OPENED -> ZoneDescriptor.EXPLICITLY_OPENED;
      case CLOSED -> ZoneDescriptor.CLOSED;
      case READ_ONLY -> ZoneDescriptor.READ_ONLY;
      case FULL -> ZoneDescriptor.FULL;
      case OFFLINE -> ZoneDescriptor.OFFLINE;
    };
  }

  private CompletableFuture<TreeRequest.Done> zoneAction(
      BlockDevice disk, DiskRequest.ZoneAction asked) {
    BioOp op =
        switch (asked.action()) {
          case "open" -> BioOp.ZONE_OPEN;
          case "close" -> BioOp.ZONE_CLOSE;
          case "finish" -> BioOp.ZONE_FINISH;
          case "reset" -> BioOp.ZONE_RESET;
          case "reset-all" -> BioOp.ZONE_RESET_ALL;
          default ->
              throw new IllegalArgumentException(
                  "\"" + asked.action() + "\" is not one of open, close, finish, reset, reset-all");
        };
    if (readOnly) {
      return CompletableFuture.failedFuture(
          BlockOperationException.notPermitted(disk.name() + " is attached for reading only"));
    }
    long capacity = disk.capacityBytes();
    long zone = disk.limits().zoned().zoneBytes();
    if (op == BioOp.ZONE_RESET_ALL) {
      return act(disk, op, 0, capacity);
    }
    if (zone > 0
        && (asked.offset() < 0 || asked.offset() >= capacity || asked.offset() % zone != 0)) {
      throw new IllegalArgumentException(
          "offset %d: expected the start of a zone, a multiple of %d below %d"
              .formatted(asked.offset(), zone, capacity));
    }
    return zone > 0
        ? act(disk, op, asked.offset(), Math.min(zone, capacity - asked.offset()))
        : disk.operations()
            .reportZones(asked.offset(), 1)
            .thenCompose(told -> act(disk, op, asked.offset(), told.zones().getFirst().length()));
  }

  private static CompletableFuture<TreeRequest.Done> act(
      BlockDevice disk, BioOp op, long offset, long length) {
    CompletableFuture<TreeRequest.Done> done = new CompletableFuture<>();
    disk.submit(
        new Bio()
            .asZoneAction(
                op,
                offset,
                length,
                ended -> {
                  BlockStatus status = ended.status();
                  if (status == BlockStatus.OK) {
                    done.complete(new TreeRequest.Done());
                  } else {
                    done.completeExceptionally(
                        BlockOperationException.of(
                            status, disk.name() + ": " + ended + ": " + status));
                  }
                }));
    return done;
  }
}
