package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes every change of a path's device known to its head, in time. Loop thread only. */
final class PathWatch implements ScsiDeviceListener {

  /** CAPACITY DATA HAS CHANGED. */
  private static final int CAPACITY_CHANGED = 0x2A09;

  /** INQUIRY DATA HAS CHANGED: it may be another logical unit. */
  private static final int INQUIRY_DATA_CHANGED = 0x3F03;

  /** REPORTED LUNS DATA HAS CHANGED: this LUN may lead elsewhere. */
  private static final int REPORTED_LUNS_CHANGED = 0x3F0E;

  /** ASYMMETRIC ACCESS STATE CHANGED: a port in standby may be active, and tell a size. */
  private static final int ACCESS_STATE_CHANGED = 0x2A06;

  private final EventLoop loop;
  private final Function<ScsiDevice, @Nullable ScsiMpathDevice> paths;
  private final PathEvents events;
  private final IdentityWatch identity;
  private final Consumer<ScsiMpathDevice> remove;

  /**
   * @param paths finds the path of a device; null when it is none
   * @param remove takes a path off its head
   */
  PathWatch(
      EventLoop loop,
      Function<ScsiDevice, @Nullable ScsiMpathDevice> paths,
      PathEvents events,
      IdentityWatch identity,
      Consumer<ScsiMpathDevice> remove) {
    this.loop = loop;
    this.paths = paths;
    this.events = events;
    this.identity = identity;
    this.remove = remove;
  }

  /** Returns the gate for hosts. */
  IdentityWatch identity() {
    return identity;
  }

  @Override
  public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
    ScsiMpathDevice path = paths.apply(device);
    if (path == null) {
      return;
    }
    if (path.mpath().isRegistered()) {
      path.head().mpath().pathStateChanged(path.mpath());
      // At the end of the turn the transport has said why.
      loop.defer(() -> report(path));
      if (after == DeviceState.RUNNING && !path.pending().isEmpty()) {
        path.forgetLooks();
        identity.lookSoon(path); // it goes the rest of its way
      }
    }
    if (after == DeviceState.DELETED) {
      remove.accept(path);
    }
  }

  private void report(ScsiMpathDevice path) {
    if (!path.isRemoved()) {
      events.stateChanged(path);
    }
  }

  @Override
  public void senseReported(ScsiDevice device, int sense) {
    ScsiMpathDevice path = paths.apply(device);
    if (path != null && Sense.key(sense) == SenseKey.UNIT_ATTENTION) {
      switch (Sense.ascAndAscq(sense)) {
        case INQUIRY_DATA_CHANGED, REPORTED_LUNS_CHANGED -> device.doubt();
        // The other paths hear of it only when they carry a command.
        case ACCESS_STATE_CHANGED -> {
          if (!path.pending().isEmpty()) {
            identity.lookNow(path);
          }
        }
        case CAPACITY_CHANGED -> path.head().paths().forEach(identity::lookSoon);
        default -> {}
      }
    }
  }
}
