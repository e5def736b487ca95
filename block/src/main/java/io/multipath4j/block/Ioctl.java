package io.multipath4j.block;

/**
 * A request that a block device passes on to what is behind it, such as a SCSI command. Which kinds
 * there are is the driver's matter; one that does not know a kind refuses it with ENOTTY. The
 * request carries its own answer, as the structure behind a Linux ioctl does.
 */
public interface Ioctl {

  /**
   * Tells whether the request reaches beyond a view of a part of the device, so that such a view
   * may pass it on only for whom may do raw I/O.
   */
  default boolean needsRawIo() {
    return true;
  }

  /** Returns what is asked, for messages. */
  String description();
}
