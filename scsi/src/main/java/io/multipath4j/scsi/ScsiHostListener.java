package io.multipath4j.scsi;

/** Told which devices a host has. Loop thread. */
public interface ScsiHostListener {

  /** A device was probed and is one of the host's from now on. */
  default void deviceAdded(ScsiDevice device) {}

  /** A device is none of the host's any more; its state is {@link DeviceState#DELETED}. */
  default void deviceRemoved(ScsiDevice device) {}

  /** The host was closed, after all its devices were removed. */
  default void hostClosed(ScsiHost host) {}
}
