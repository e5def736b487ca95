package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.PlainDisk;
import io.multipath4j.sysfs.SysfsDevice;
import java.util.Optional;

/** The disk of a device that is not multipathed. Loop thread; what is read, any thread. */
final class PlainNode {

  private final PlainDisk plain;
  private final DeviceNumber number;
  private final SysfsDevice own;

  PlainNode(PlainDisk plain, DeviceNode device, Places places) {
    this.plain = plain;
    this.number = DeviceNumber.ofDisk(plain.diskIndex());
    this.own =
        SysfsDevice.create(
            device.block(),
            plain.name(),
            places.classBlock(),
            () -> number.properties(plain.name()));
    own.linkFrom(places.block(), plain.name());
    own.directory().addTable(DiskAttributes.ORDINARY_DISK, this);
    own.directory().addLink("device", device.directory());
    own.announce();
  }

  void remove() {
    own.remove();
  }

  BlockDevice disk() {
    return plain.disk();
  }

  DeviceNumber number() {
    return number;
  }

  Optional<ScsiDevice> device() {
    return Optional.of(plain.device());
  }
}
