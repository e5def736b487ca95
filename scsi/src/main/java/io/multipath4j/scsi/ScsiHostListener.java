package io.multipath4j.scsi;

/** Told which devices a host has. Loop thread. */
public interface ScsiHostListener {

  /** A logical unit was probed and is a device now; running, or blocked. */
  default void deviceAdded(ScsiDevice device) {}

  /** A device was removed: deleted by an operator, vanished from the target, or with its host. */
  default void deviceRemoved(ScsiDevice device) {}

  /**
   * A logical unit that the target lists could not be made a device. Told once, until the reason
   * changes or it succeeds.
   *
   * @param lun the eight-byte LUN
   * @param reason one sentence for a person
   */
  default void logicalUnitFailed(ScsiHost host, long lun, String reason) {}

  /** The host is closed; its devices have been removed. */
  default void hostClosed(ScsiHost host) {}
}
