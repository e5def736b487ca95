package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.SysfsTree;
import java.util.Locale;

/**
 * The text of {@code /proc/diskstats}: one line for each disk that counts, with its major and minor
 * number, its name, and the 17 numbers of its {@code stat}. Hidden path disks are among them. Any
 * thread.
 */
public final class DiskStatistics {

  private static final String DISKS = "/block";

  private DiskStatistics() {}

  /** Returns the lines as of now, of all disks that a tree shows. */
  public static String text(SysfsTree tree) {
    StringBuilder text = new StringBuilder();
    for (SysfsNode disk : tree.list(DISKS)) {
      String place = DISKS + "/" + disk.name();
      String numbers = read(tree, place + "/stat").replaceAll(" +", " ");
      if (!numbers.isEmpty()) {
        // A hidden disk has no number of its own.
        String device = read(tree, place + "/dev");
        String[] number = device.isEmpty() ? new String[] {"0", "0"} : device.split(":", 2);
        text.append(
            String.format(
                Locale.ROOT, "%4s %7s %s %s\n", number[0], number[1], disk.name(), numbers));
      }
    }
    return text.toString();
  }

  /** Returns an attribute; empty when the disk has none such, or went. */
  private static String read(SysfsTree tree, String path) {
    try {
      return tree.readAttribute(path).strip();
    } catch (SysfsException e) {
      if (e.errno() != SysfsErrno.ENOENT && e.errno() != SysfsErrno.ENODEV) {
        throw e;
      }
      return "";
    }
  }
}
