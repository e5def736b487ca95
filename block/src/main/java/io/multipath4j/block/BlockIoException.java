package io.multipath4j.block;

import java.io.IOException;

/** A block I/O failed; {@link #status()} says how. */
public final class BlockIoException extends IOException {

  private static final long serialVersionUID = 1;

  private final BlockStatus status;

  /** Makes an exception for a bio that ended badly on a device. */
  BlockIoException(BlockDevice device, Bio bio, BlockStatus status) {
    super(device.name() + ": " + bio + " failed: " + status + " (" + status.errnoName() + ")");
    this.status = status;
  }

  /** Returns how the I/O ended, never OK. */
  public BlockStatus status() {
    return status;
  }
}
