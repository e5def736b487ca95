package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.sysfs.SysfsDevice;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A SCSI device in the tree. Loop thread; what is read, any thread. */
final class DeviceNode {

  private final ScsiDevice device;
  private final ScsiMultipath multipath;
  private final SysfsDevice own;
  private final SysfsDevice shown;
  private final SysfsDevice scsiDisk;
  private final SysfsDirectory block;

  DeviceNode(ScsiDevice device, ScsiMultipath multipath, HostNode host, Places places) {
    this.device = device;
    this.multipath = multipath;
    String name = device.address().toString();
    this.own =
        SysfsDevice.create(
            host.target(device.address().channel(), device.address().id()),
            name,
            places.bus(),
            places.busDevices(),
            this::properties);
    own.directory().addTable(DeviceAttributes.DEVICE, this);
    this.shown = classDevice("scsi_device", places.classDevice());
    this.scsiDisk = classDevice("scsi_disk", places.classScsiDisk());
    scsiDisk.directory().addTable(DeviceAttributes.SCSI_DISK, this);
    this.block = own.directory().addDirectory("block");
    own.announce();
    shown.announce();
    scsiDisk.announce();
  }

  private SysfsDevice classDevice(String group, SysfsDirectory of) {
    SysfsDevice made =
        SysfsDevice.create(
            own.directory().addDirectory(group), device.address().toString(), of, Map::of);
    made.directory().addLink("device", own.directory());
    return made;
  }

  private Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("DEVTYPE", "scsi_device");
    properties.put("DRIVER", "sd");
    DeviceProperties told = device.properties();
    if (told != null) {
      properties.put(
          "MODALIAS", String.format(Locale.ROOT, "scsi:t-0x%02x", told.inquiry().deviceType()));
    }
    return properties;
  }

  ScsiDevice device() {
    return device;
  }

  ScsiMultipath multipath() {
    return multipath;
  }

  SysfsDirectory directory() {
    return own.directory();
  }

  /** Returns the directory of its disk. */
  SysfsDirectory block() {
    return block;
  }

  /** Returns what the device told; a device is in the tree only when it has told something. */
  DeviceProperties told() {
    DeviceProperties told = device.properties();
    if (told == null) {
      throw new SysfsException(SysfsErrno.ENXIO, device + " was not probed");
    }
    return told;
  }

  void remove() {
    scsiDisk.remove();
    shown.remove();
    own.remove();
  }
}
