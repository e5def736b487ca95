package io.multipath4j.scsi.multipath.tree;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers that Linux gives to an sd disk: 16 minors each; major 8 for the first 16 disks, then
 * 65 to 71 and 128 to 135. From the 257th on it goes round the same majors with higher minors.
 *
 * @param major major number
 * @param minor minor number
 */
record DeviceNumber(int major, int minor) {

  private static final int MINORS = 16;
  private static final int DISKS_PER_MAJOR = 16;
  private static final int MAJORS = 16;

  /**
   * Returns the numbers of a disk.
   *
   * @param index 0 for sda
   */
  static DeviceNumber ofDisk(int index) {
    int turn = index / (DISKS_PER_MAJOR * MAJORS);
    int within = index % (DISKS_PER_MAJOR * MAJORS);
    int major = within / DISKS_PER_MAJOR;
    int number = major == 0 ? 8 : major <= 7 ? 64 + major : 120 + major;
    // drivers/scsi/sd.c: ((index & 0xf) << 4) | (index & 0xfff00)
    return new DeviceNumber(
        number, within % DISKS_PER_MAJOR * MINORS + turn * DISKS_PER_MAJOR * MAJORS);
  }

  /** Returns what the {@code uevent} of a disk says. */
  Map<String, String> properties(String name) {
    // In the kernel's order.
    LinkedHashMap<String, String> properties = new LinkedHashMap<>();
    properties.put("MAJOR", Integer.toString(major));
    properties.put("MINOR", Integer.toString(minor));
    properties.put("DEVNAME", name);
    properties.put("DEVTYPE", "disk");
    return properties;
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
