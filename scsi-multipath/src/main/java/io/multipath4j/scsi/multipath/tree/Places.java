package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsTree;

/** The directories that are always there. */
record Places(
    SysfsDirectory platform,
    SysfsDirectory headDevices,
    SysfsDirectory diskDevices,
    SysfsDirectory bus,
    SysfsDirectory busDevices,
    SysfsDirectory block,
    SysfsDirectory classes,
    SysfsDirectory classBlock,
    SysfsDirectory classHead,
    SysfsDirectory classDisk,
    SysfsDirectory classHost,
    SysfsDirectory classDevice,
    SysfsDirectory classScsiDisk,
    SysfsDirectory parameters) {

  static Places in(SysfsTree tree) {
    SysfsDirectory root = tree.root();
    return new Places(
        root.ensureDirectory("devices/platform"),
        root.ensureDirectory("devices/virtual/scsi_mpath_device"),
        root.ensureDirectory("devices/virtual/scsi_mpath_disk"),
        root.ensureDirectory("bus/scsi"),
        root.ensureDirectory("bus/scsi/devices"),
        root.ensureDirectory("block"),
        root.ensureDirectory("class"),
        root.ensureDirectory("class/block"),
        root.ensureDirectory("class/scsi_mpath_device"),
        root.ensureDirectory("class/scsi_mpath_disk"),
        root.ensureDirectory("class/scsi_host"),
        root.ensureDirectory("class/scsi_device"),
        root.ensureDirectory("class/scsi_disk"),
        root.ensureDirectory("module/scsi_mod/parameters"));
  }
}
