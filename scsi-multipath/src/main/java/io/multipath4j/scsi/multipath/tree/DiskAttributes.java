package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.sysfs.BlockAttributes;
import io.multipath4j.libmultipath.sysfs.HeadAttributes;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.sysfs.SysfsTable;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What heads and disks show: multipath ones, the hidden ones of paths, and ordinary ones. */
final class DiskAttributes {

  /** A class device of a head. */
  static final SysfsTable<HeadNode> HEAD =
      HeadAttributes.addIoPolicy(SysfsTable.<HeadNode>builder())
          .readOnly("wwid", HeadNode::wwid)
          .alias("vpd_id", HeadNode::wwid)
          .build();

  /** A multipath disk. */
  static final SysfsTable<HeadNode> MULTIPATH_DISK =
      disk(
              HeadAttributes.addStatistics(
                  HeadAttributes.addDelayedRemoval(SysfsTable.<HeadNode>builder())),
              HeadNode::disk,
              HeadNode::anyDevice,
              false)
          .directory("holders", SysfsTable.<HeadNode>builder().build())
          .directory("slaves", SysfsTable.<HeadNode>builder().build())
          .readOnly("dev", of -> of.number() + "\n")
          .directory(
              "queue",
              queue(
                  HeadAttributes.addIoStats(SysfsTable.<HeadNode>builder()),
                  HeadNode::disk,
                  HeadNode::anyDevice))
          .build();

  /** The hidden disk of a path. */
  static final SysfsTable<PathNode> PATH_DISK =
      disk(
              HeadAttributes.addPathStatistics(
                  HeadAttributes.addNumaNodes(
                      HeadAttributes.addQueueDepth(SysfsTable.<PathNode>builder()))),
              PathNode::disk,
              PathNode::device,
              true)
          .readOnly("mpath_dev", of -> of.diskNumber() + "\n")
          .directory(
              "queue", queue(SysfsTable.<PathNode>builder(), PathNode::disk, PathNode::device))
          .build();

  /** The disk of a device that is not multipathed. */
  static final SysfsTable<PlainNode> ORDINARY_DISK =
      disk(SysfsTable.<PlainNode>builder(), PlainNode::disk, PlainNode::device, false)
          .readOnly("dev", of -> of.number() + "\n")
          .directory(
              "queue", queue(SysfsTable.<PlainNode>builder(), PlainNode::disk, PlainNode::device))
          .build();

  private DiskAttributes() {}

  private static <T> SysfsTable.Builder<T> disk(
      SysfsTable.Builder<T> table,
      Function<T, ? extends BlockDevice> disk,
      Function<T, Optional<ScsiDevice>> device,
      boolean hidden) {
    return BlockAttributes.addDisk(table, disk)
        // There are no partitions.
        .readOnly("ext_range", of -> "1\n")
        .readOnly("hidden", of -> hidden ? "1\n" : "0\n")
        .readOnly(
            "removable", of -> bit(tells(device.apply(of), told -> told.inquiry().removable())));
  }

  private static <T> SysfsTable<T> queue(
      SysfsTable.Builder<T> table,
      Function<T, ? extends BlockDevice> disk,
      Function<T, Optional<ScsiDevice>> device) {
    return BlockAttributes.addQueue(table, disk)
        .readOnly(
            "rotational",
            // As in Linux, what does not say that it stands still, rotates.
            of ->
                bit(
                    !tells(
                        device.apply(of),
                        told ->
                            told.characteristics().rotationRate()
                                == BlockCharacteristics.NON_ROTATING)))
        .build();
  }

  private static boolean tells(Optional<ScsiDevice> device, Predicate<DeviceProperties> what) {
    DeviceProperties told = device.map(ScsiDevice::properties).orElse(null);
    return told != null && what.test(told);
  }

  private static String bit(boolean value) {
    return value ? "1\n" : "0\n";
  }
}
