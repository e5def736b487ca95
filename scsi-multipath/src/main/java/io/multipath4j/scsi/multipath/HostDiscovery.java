package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Offers the devices of scanned hosts by itself: when they are found, and those that were refused
 * each time that they run again or are scanned again. Loop thread only.
 */
final class HostDiscovery implements ScsiDeviceListener {

  private final Function<ScsiDevice, CompletableFuture<AddResult>> offer;
  private final Predicate<ScsiDevice> isTaken;

  /** The last offer of each device. */
  private final Map<ScsiDevice, CompletableFuture<AddResult>> offers = new HashMap<>();

  /**
   * @param isTaken whether a device is a path or an ordinary disk now
   */
  HostDiscovery(
      Function<ScsiDevice, CompletableFuture<AddResult>> offer, Predicate<ScsiDevice> isTaken) {
    this.offer = offer;
    this.isTaken = isTaken;
  }

  /** Offers a device unless it is taken, or being looked at. */
  CompletableFuture<AddResult> take(ScsiDevice device) {
    CompletableFuture<AddResult> last = offers.get(device);
    if (last != null && (!last.isDone() || isTaken.test(device))) {
      return last;
    }
    CompletableFuture<AddResult> result = offer.apply(device);
    if (device.state() != DeviceState.DELETED) { // else nobody would say again that it is gone
      if (last == null) {
        device.addListener(this);
      }
      offers.put(device, result);
    }
    return result;
  }

  @Override
  public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
    if (after == DeviceState.DELETED) {
      device.removeListener(this);
      offers.remove(device);
    } else if (after == DeviceState.RUNNING && isRefused(offers.get(device))) {
      var _ = take(device);
    }
  }

  private static boolean isRefused(@Nullable CompletableFuture<AddResult> last) {
    return last != null && last.isDone() && last.join() instanceof AddResult.Refused;
  }
}
