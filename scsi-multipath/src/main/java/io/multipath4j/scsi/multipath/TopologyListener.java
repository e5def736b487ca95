package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;

/**
 * Told which hosts, devices, heads and paths there are, and what becomes of them: for programs that
 * show it, as {@link MultipathListener} is for people. Called on the loop, after the fact; must not
 * block.
 */
public interface TopologyListener {

  /** A host is shown from now on; its devices follow. */
  default void hostAdded(ScsiHost host) {}

  /** A host was closed; its devices were removed before. */
  default void hostRemoved(ScsiHost host) {}

  /** A host has one more device. Whether it becomes a path is told later. */
  default void deviceAdded(ScsiDevice device) {}

  /** A device left its host. Before this, it left its head. */
  default void deviceRemoved(ScsiDevice device) {}

  /** A logical unit with a new id appeared. Its disk takes no I/O yet. */
  default void headAdded(ScsiMpathHead head) {}

  /** The disk of a head is live: its first path joined. */
  default void headLive(ScsiMpathHead head) {}

  /** The disk of a live head has another size. */
  default void headResized(ScsiMpathHead head) {}

  /** A head and its disk ended. */
  default void headRemoved(ScsiMpathHead head) {}

  /** A device that is not multipathed has a disk of its own. */
  default void plainDiskAdded(PlainDisk disk) {}

  /** The disk of a device that was not multipathed is gone with it. */
  default void plainDiskRemoved(PlainDisk disk) {}

  /**
   * A path is on its head's list. The first one that can carry I/O is told before {@link
   * #headLive}.
   */
  default void pathAdded(ScsiMpathDevice path) {}

  /** A path that was usable is not. */
  default void pathFailed(ScsiMpathDevice path) {}

  /** A path that had failed is usable again. */
  default void pathReinstated(ScsiMpathDevice path) {}

  /** A path left its head's list. */
  default void pathRemoved(ScsiMpathDevice path) {}
}
