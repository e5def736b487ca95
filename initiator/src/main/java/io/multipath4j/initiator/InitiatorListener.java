package io.multipath4j.initiator;

import io.multipath4j.scsi.multipath.MultipathEvent;

/** Told how paths fare. Called on the loop; must not block. */
@FunctionalInterface
public interface InitiatorListener {

  /** Something happened to a path that belongs to a disk, or must not. */
  void happened(MultipathEvent event);

  /**
   * A path could not be attached for now; it is tried again. Told once per reason.
   *
   * @param url the path as it was named
   * @param reason one clause for a person
   */
  default void pathWaits(String url, String reason) {}
}
