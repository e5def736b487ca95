package io.multipath4j.mpath.attach;

import io.multipath4j.scsi.multipath.MultipathEvent;

/** Told how an attachment fares. Called on its loop; must not block for long. */
public interface AttachListener {

  /**
   * A path could not be attached for now; it is tried again. Told once per reason.
   *
   * @param url the path as it was named
   * @param reason one clause for a person
   */
  void pathWaits(String url, String reason);

  /** Something happened to a path that belongs to the disk, or must not. */
  void happened(MultipathEvent event);
}
