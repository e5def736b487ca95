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
 * Makes sure that a path still leads to its logical unit: when its connection has returned, and
 * when the device says that what it told has changed. A path that leads elsewhere is not used any
 * more, until an operator sets its device running and it then proves to be the right unit. Loop
 * thread only.
 */
final class IdentityWatch implements ReturnGate {

  private static final System.Logger LOG = System.getLogger(IdentityWatch.class.getName());

  /** Until a check that could not be made is tried again. */
  private static final long REPEAT_NANOS = 1_000_000_000L;

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
    DeviceProperties before = device.properties();
    return device
        .revalidate()
        .thenApply(told -> {
          ScsiMpathDevice path = paths.apply(device);
          return path == null
              ? before == null || before.differenceTo(told) == null
              : isSame(path, told);
        });
  }

  private boolean isSame(ScsiMpathDevice path, DeviceProperties told) {
    LunIdentity now = Admission.identity(told);
    String differences = path.identity().differences(now, Growth.ALLOWED);
    if (!differences.equals(path.swapped())) {
      path.swapped(differences);
      if (!differences.isEmpty()) {
        events.swapped(path);
      }
    }
    path.head().restack();
    return differences.isEmpty();
  }

  /** The device says that it is not what it was: it gets no I/O until it was looked at. */
  void suspect(ScsiMpathDevice path) {
    ScsiDevice device = path.device();
    if (device.state() == DeviceState.RUNNING) {
      device.setState(DeviceState.QUIESCE);
      look(path);
    }
  }

  /** Looks at a running or quiesced device. */
  void look(ScsiMpathDevice path) {
    // In a turn of its own, so that an exception there is the loop's and not the future's.
    var _ =
        check(path.device())
            .whenComplete(
                (same, failure) -> scheduler.schedule(0, () -> looked(path, same, failure)));
  }

  private void looked(ScsiMpathDevice path, @Nullable Boolean same, @Nullable Throwable failure) {
    ScsiDevice device = path.device();
    boolean held = device.state() == DeviceState.QUIESCE;
    if (path.isRemoved() || (!held && device.state() != DeviceState.RUNNING)) {
      return;
    }
    if (same == null && held && !device.host().transport().isUp()) {
      device.setState(DeviceState.BLOCKED); // its host asks the gate when the transport returns
    } else if (same == null) {
      LOG.log(Level.WARNING, "{0}: not checked yet: {1}", path, failure);
      scheduler.schedule(REPEAT_NANOS, () -> look(path));
    } else if (!same) {
      device.setState(DeviceState.OFFLINE);
    } else if (held) {
      device.setState(DeviceState.RUNNING);
    } else {
      events.stateChanged(path);
    }
  }
}
