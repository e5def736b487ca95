package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.Scheduler;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ReturnGate;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiException;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.multipath.LunIdentity.Growth;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a path still leads to its logical unit: the gate that each path passes before it
 * runs again. A path that leads elsewhere is not used any more, until an operator sets its device
 * running and it then proves to be the right unit. Loop thread only.
 */
final class IdentityWatch implements ReturnGate {

  private static final System.Logger LOG = System.getLogger(IdentityWatch.class.getName());

  /** Until a path in use is looked at. */
  private static final long LOOK_NANOS = 2_000_000_000L;

  /** Until the sizes of all paths are compared after one was looked at. */
  private static final long COMPARE_NANOS = 2 * LOOK_NANOS;

  /** The pause doubles this often for a path that does not come any further: to 32 s. */
  private static final int MAX_DOUBLINGS = 4;

  private final Scheduler scheduler;
  private final Function<ScsiDevice, @Nullable ScsiMpathDevice> paths;
  private final PathEvents events;
  private final AdmissionSteps steps;
  private final Consumer<ScsiMpathDevice> advance;

  /**
   * @param paths finds the path of a device; null when it is none
   * @param advance told a path that was looked at and carries no I/O yet
   */
  IdentityWatch(
      Scheduler scheduler,
      Function<ScsiDevice, @Nullable ScsiMpathDevice> paths,
      PathEvents events,
      AdmissionSteps steps,
      Consumer<ScsiMpathDevice> advance) {
    this.steps = steps;
    this.advance = advance;
    this.scheduler = scheduler;
    this.paths = paths;
    this.events = events;
  }

  @Override
  public CompletableFuture<Boolean> check(ScsiDevice device) {
    return device
        .revalidateIf(told -> {
          ScsiMpathDevice path = paths.apply(device);
          DeviceProperties before = device.properties();
          return path == null
              ? before == null || before.differenceTo(told) == null
              : isSame(path, told);
        })
        .thenCompose(same -> {
          ScsiMpathDevice path = paths.apply(device);
          if (path == null) {
            return CompletableFuture.completedFuture(same);
          }
          path.head().restack();
          return same ? admitted(path) : CompletableFuture.completedFuture(false);
        });
  }

  /** A path that returns is admitted anew; without that there is no verdict, and it waits. */
  private CompletableFuture<Boolean> admitted(ScsiMpathDevice path) {
    boolean runs = path.device().state() == DeviceState.RUNNING;
    return runs || !path.pending().isEmpty() // goes the rest of its way when it runs
        ? CompletableFuture.completedFuture(true)
        : steps
            .run(path)
            .thenCompose(wrong ->
                wrong.isEmpty()
                    ? CompletableFuture.completedFuture(true)
                    : CompletableFuture.failedFuture(
                        new ScsiException(path + ": " + wrong, BlockStatus.OK, Sense.NONE)));
  }

  private boolean isSame(ScsiMpathDevice path, DeviceProperties told) {
    LunIdentity now = Admission.identity(told);
    BlockDevice disk = path.head().mpath();
    LunIdentity expected =
        path.identity().withCapacity(disk.capacityBytes(), disk.limits().logicalBlockBytes());
    // A size that is told for the first time must be the disk's, as at join.
    Growth growth = path.isSized() ? Growth.ALLOWED : Growth.DIFFERS;
    String differences = expected.differences(now, growth);
    if (!differences.equals(path.swapped())) {
      path.swapped(differences);
      if (!differences.isEmpty()) {
        events.swapped(path);
      }
    }
    if (differences.isEmpty() && now.capacityBytes() == 0) {
      lookSoon(path); // its size is yet to be compared
    }
    return differences.isEmpty();
  }

  /** Looks at a path soon, without holding its I/O back. */
  void lookSoon(ScsiMpathDevice path) {
    if (path.planLook()) {
      scheduler.schedule(
          LOOK_NANOS << Math.min(path.countLook(), MAX_DOUBLINGS),
          () -> {
            path.lookBegins();
            look(path);
          });
    }
  }

  /** Looks at a path without delay. */
  void lookNow(ScsiMpathDevice path) {
    path.forgetLooks();
    scheduler.schedule(0, () -> look(path));
  }

  private void look(ScsiMpathDevice path) {
    ScsiDevice device = path.device();
    if (path.isRemoved() || device.state() != DeviceState.RUNNING) {
      return; // when it runs, it is looked at if need be
    }
    // In a turn of its own, so that an exception there is the loop's and not the future's.
    var _ =
        check(device)
            .whenComplete(
                (same, failure) -> scheduler.schedule(0, () -> looked(path, same, failure)));
  }

  /** The sizes may differ for a while: each path is looked at by itself. */
  private void compareSoon(ScsiMpathHead head) {
    if (head.planComparison()) {
      scheduler.schedule(
          COMPARE_NANOS,
          () -> {
            head.comparisonBegins();
            events.sizes(head);
          });
    }
  }

  private void looked(ScsiMpathDevice path, @Nullable Boolean same, @Nullable Throwable failure) {
    if (path.isRemoved()) {
      return;
    }
    compareSoon(path.head());
    if (same == null) {
      LOG.log(Level.WARNING, "{0}: not looked at yet: {1}", path, failure);
      lookSoon(path);
    } else if (!same) {
      path.device().doubt();
    } else if (!path.pending().isEmpty()) {
      advance.accept(path);
    } else if (path.isSized()) {
      path.forgetLooks();
    }
  }
}
