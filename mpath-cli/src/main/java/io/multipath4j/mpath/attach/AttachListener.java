package io.multipath4j.mpath.attach;

import io.multipath4j.initiator.InitiatorListener;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.PlainDisk;

/** Told how an attachment fares. Called on its loop; must not block for long. */
public interface AttachListener extends InitiatorListener {

  /** One more disk is served, after those that were served at first. */
  default void diskServed(HeadSnapshot disk) {}

  /** The same for a disk that is not multipathed. */
  default void plainDiskServed(PlainDisk.Snapshot disk) {}

  /** A disk is gone and not served any more. */
  default void diskGone(String disk) {}
}
