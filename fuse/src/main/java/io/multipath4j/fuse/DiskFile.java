package io.multipath4j.fuse;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.reactor.EventLoop;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;

/**
 * A disk as a file. Its I/O runs on the disk's event loop; what is here besides may be called by
 * any thread.
 */
final class DiskFile implements Node {
  private static final int MODE = FileStat.S_IFREG | 0660;
  private static final int READ_ONLY_MODE = FileStat.S_IFREG | 0440;

  private final BlockDevice device;
  private final EventLoop loop;
  private final long id;
  private final Instant addedAt;
  private final boolean shownReadOnly;
  private final WriteOrder writes = new WriteOrder();
  private volatile boolean removed;

  DiskFile(BlockDevice device, EventLoop loop, long serial, Instant addedAt, boolean readOnly) {
    this.device = device;
    this.loop = loop;
    this.id = Kind.DISK.id(serial);
    this.addedAt = addedAt;
    this.shownReadOnly = readOnly;
  }

  BlockDevice device() {
    return device;
  }

  /** Returns what keeps writes to one block apart. Loop thread only. */
  WriteOrder writes() {
    return writes;
  }

  void markRemoved() {
    removed = true;
  }

  /** Returns whether it is shown no more. */
  boolean isRemoved() {
    return removed;
  }

  private boolean isReadOnly() {
    return shownReadOnly || device.limits().readOnly();
  }

  /** Has an I/O run on the loop. */
  void execute(DiskTransfer transfer) {
    if (removed) {
      throw new FuseError(Errno.ENXIO);
    }
    try {
      loop.execute(transfer);
    } catch (RejectedExecutionException e) {
      // The loop is closed or drowned; either way nobody will run it.
      throw new FuseError(Errno.EIO);
    }
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public FileStat stat() {
    if (removed) {
      throw new FuseError(Errno.ENXIO);
    }
    int mode = isReadOnly() ? READ_ONLY_MODE : MODE;
    long bytes = device.capacityBytes();
    return new FileStat(id, bytes, bytes / FileStat.SECTOR_BYTES, mode, 1, addedAt);
  }

  @Override
  public int type() {
    return FileStat.S_IFREG;
  }

  @Override
  public OpenFile open(int flags) {
    if (removed) {
      throw new FuseError(Errno.ENXIO);
    }
    if (OpenFlags.writes(flags) && isReadOnly()) {
      throw new FuseError(Errno.EROFS);
    }
    return new OpenFile.Disk(this);
  }

  /** A disk has the size that it has. */
  @Override
  public void checkNewSize(long sizeBytes) {
    if (sizeBytes != device.capacityBytes()) {
      throw new FuseError(Errno.EINVAL);
    }
  }
}
