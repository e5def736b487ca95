package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The disks of devices that are not multipathed. Changed on the loop; read by any thread. */
final class PlainDisks implements ScsiDeviceListener {

  private static final System.Logger LOG = System.getLogger(PlainDisks.class.getName());

  private static final int CAPACITY_CHANGED = 0x2A09;
  private static final int INQUIRY_DATA_CHANGED = 0x3F03;

  private final ScsiMpathHeads letters;
  private final TopologyListener topology;
  private final Map<ScsiDevice, PlainDisk> disks = new ConcurrentHashMap<>();

  /**
   * @param letters gives the numbers that heads and ordinary disks share
   */
  PlainDisks(ScsiMpathHeads letters, TopologyListener topology) {
    this.letters = letters;
    this.topology = topology;
  }

  /**
   * Makes the disk of a device, or returns the one that it has.
   *
   * @throws IllegalStateException when all letters are in use
   */
  PlainDisk add(ScsiDevice device, String reason) {
    PlainDisk known = disks.get(device);
    if (known != null) {
      return known;
    }
    PlainDisk disk = new PlainDisk(letters.takeDiskIndex(), device, reason, letters::freeDiskIndex);
    disks.put(device, disk);
    device.addListener(this);
    LOG.log(Level.INFO, "{0}: {1} is an ordinary disk: {2}", disk.name(), device, reason);
    topology.plainDiskAdded(disk);
    return disk;
  }

  @Nullable PlainDisk of(ScsiDevice device) {
    return disks.get(device);
  }

  List<PlainDisk> list() {
    return disks.values().stream().sorted(Comparator.comparingInt(PlainDisk::diskIndex)).toList();
  }

  @Override
  public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
    if (after == DeviceState.DELETED) {
      device.removeListener(this);
      PlainDisk disk = disks.remove(device);
      if (disk != null) {
        topology.plainDiskRemoved(disk);
        disk.end();
      }
    }
  }

  @Override
  public void senseReported(ScsiDevice device, int sense) {
    if (Sense.key(sense) != SenseKey.UNIT_ATTENTION) {
      return;
    }
    switch (Sense.ascAndAscq(sense)) {
      case INQUIRY_DATA_CHANGED -> device.doubt();
      case CAPACITY_CHANGED -> {
        var _ =
            device
                .host()
                .rescan(device)
                .exceptionally(failure -> {
                  LOG.log(Level.WARNING, "{0}: size not read anew: {1}", device, failure);
                  return false;
                });
      }
      default -> {}
    }
  }
}
