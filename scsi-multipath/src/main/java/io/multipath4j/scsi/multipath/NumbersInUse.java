package io.multipath4j.scsi.multipath;

/**
 * How many numbers are taken. When all is at rest these are as many as there are heads, disks and
 * paths; a removed disk that somebody has open keeps its own, and a device that is being checked
 * has that of its path.
 *
 * @param heads of heads, the N of {@code scsi_mpath_deviceN}
 * @param disks of disks, multipath and ordinary ones, that stand behind their letters
 * @param paths of paths in all heads that are not removed
 */
public record NumbersInUse(int heads, int disks, int paths) {}
