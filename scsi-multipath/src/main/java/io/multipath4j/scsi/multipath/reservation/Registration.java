package io.multipath4j.scsi.multipath.reservation;

/** What is known of the registration of one nexus. */
sealed interface Registration {

  /** The one that is not registered. */
  Registration NONE = new None();

  /** Whether it is registered, and whether it may be, is not known: it must be removed first. */
  Registration UNCERTAIN = new Uncertain();

  /** Not registered. */
  record None() implements Registration {}

  /**
   * It was registered rightfully. Whether it still is has to be asked: it was away, or another
   * nexus of this host may have taken its key.
   */
  record Perhaps(long key) implements Registration {}

  /** Registered rightfully when last heard of. */
  record Holds(long key) implements Registration {}

  /**
   * A registration was sent of which it is not known whether it was done, or whether another host
   * had preempted this one before.
   */
  record Uncertain() implements Registration {}
}
