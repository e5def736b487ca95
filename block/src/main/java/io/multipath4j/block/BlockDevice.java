package io.multipath4j.block;

/** An asynchronous block device. */
public interface BlockDevice {

  /** Returns the device's name, for example {@code sda} or {@code sda:0}. */
  String name();

  /** Returns the size in bytes, a multiple of the logical block. It may change. Any thread. */
  long capacityBytes();

  /** Returns the current limits. They may change. Any thread. */
  BlockLimits limits();

  /**
   * Starts an I/O. The bio's completion is called exactly once. A request that is unaligned, out of
   * range or longer than the device can do in any number of pieces ends with INVAL; it is never an
   * exception. Call on the event loop that owns the device.
   */
  void submit(Bio bio);

  /** Returns what this device can do beside I/O. Any thread. */
  default BlockOperations operations() {
    return BlockOperations.NONE;
  }
}
