package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;

/** A disk that somebody has open. Any thread. */
public final class OpenDisk implements AutoCloseable {

  private final BlockDevice disk;
  private final Runnable close;

  OpenDisk(BlockDevice disk, Runnable close) {
    this.disk = disk;
    this.close = close;
  }

  /** Returns the disk. It is the same object for all who have it open. */
  public BlockDevice disk() {
    return disk;
  }

  /** Gives it back; more closes have no effect. */
  @Override
  public void close() {
    close.run();
  }
}
