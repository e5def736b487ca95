package io.multipath4j.fuse;

import io.multipath4j.sysfs.SysfsStat;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * What {@code stat} tells of a file, as {@code struct fuse_attr} carries it.
 *
 * @param inode its number in the mount
 * @param sizeBytes {@code st_size}
 * @param mode type and permission bits
 * @param links {@code st_nlink}
 * @param modified the one time that all three are
 */
record FileStat(long inode, long sizeBytes, long sectors, int mode, int links, Instant modified) {
  static final int S_IFMT = 0170000;
  static final int S_IFDIR = 0040000;
  static final int S_IFREG = 0100000;

  /** {@code struct fuse_attr}. */
  static final int BYTES = 88;

  static final int SECTOR_BYTES = 512;
  private static final int PREFERRED_IO_BYTES = 4096;

  static FileStat of(SysfsStat stat, long inode) {
    return new FileStat(inode, stat.sizeBytes(), 0, stat.mode(), stat.links(), stat.modified());
  }

  /** Writes the 88 bytes. Everything belongs to who mounted. */
  void put(ByteBuffer target, int at, Owner owner) {
    target.putLong(at, inode);
    target.putLong(at + 8, sizeBytes);
    target.putLong(at + 16, sectors);
    for (int time = 0; time < 3; time++) {
      target.putLong(at + 24 + 8 * time, modified.getEpochSecond());
      target.putInt(at + 48 + 4 * time, modified.getNano());
    }
    target.putInt(at + 60, mode);
    target.putInt(at + 64, links);
    target.putInt(at + 68, owner.uid());
    target.putInt(at + 72, owner.gid());
    target.putInt(at + 76, 0);
    target.putInt(at + 80, PREFERRED_IO_BYTES);
    target.putInt(at + 84, 0);
  }

  /**
   * Whom files belong to.
   *
   * @param uid of the process that mounted
   * @param gid its group
   */
  record Owner(int uid, int gid) {}
}
