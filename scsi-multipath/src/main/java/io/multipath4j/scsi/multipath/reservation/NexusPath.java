package io.multipath4j.scsi.multipath.reservation;

/** A path as the reservations see it. Loop thread only. */
public interface NexusPath {

  /** Returns the path as an operator knows it; the same for the same nexus. */
  String label();

  /** Returns the commands of its nexus. */
  NexusCommands commands();

  /**
   * Tells whether commands reach the logical unit: the transport is up, and since it came up the
   * unit has proved to be the right one.
   */
  boolean isReachable();

  /** Takes the path out of use until {@link HeadReservations#admit} has admitted it again. */
  void doubt();

  /** Sets whether I/O that this path would carry has to take another one, or to wait. */
  void bar(boolean barred);
}
