package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.Scheduler;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ReturnGate;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.LunIdentity.Growth;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
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

  private final Scheduler scheduler;
  private final Function<ScsiDevice, @Nullable ScsiMpathDevice> paths;
  private final PathEvents events;

  /**
   * @param paths finds the path of a device; null when it is none
   */
  IdentityWatch(
      Scheduler scheduler,
      Function<ScsiDevice, @Nullable ScsiMpathDevice> paths,
      PathEvents events) {
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
        .thenApply(same -> {
          ScsiMpathDevice path = paths.apply(device);
          if (path != null) {
            path.head().restack();
          }
          return same;
        });
  }

  private boolean isSame(ScsiMpathDevice path, DeviceProperties told) {
    LunIdentity now = Admission.identity(told);
    LunIdentity expected = path.identity().withCapacity(path.head().mpath().capacityBytes());
    String differences = expected.differences(now, Growth.ALLOWED);
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
          LOOK_NANOS,
          () -> {
            path.lookBegins();
            look(path);
          });
    }
  }

  private void look(ScsiMpathDevice path) {
    ScsiDevice device = path.device();
    if (path.isRemoved() || device.state() != DeviceState.RUNNING) {
      return; // before it runs, it is checked anyway
    }
    // In a turn of its own, so that an exception there is the loop's and not the future's.
    var _ =
        check(device)
            .whenComplete(
                (same, failure) -> scheduler.schedule(0, () -> looked(path, same, failure)));
  }

  private void looked(ScsiMpathDevice path, @Nullable Boolean same, @Nullable Throwable failure) {
    if (path.isRemoved()) {
      return;
    }
    if (same == null) {
      LOG.log(Level.WARNING, "{0}: not looked at yet: {1}", path, failure);
      lookSoon(path);
    } else if (!same) {
      path.device().doubt();
    }
  }
}
