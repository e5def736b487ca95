package io.multipath4j.scsi.multipath.reservation;

/**
 * Whether this host takes part in the reservations of a disk: what each of its paths is to have.
 */
sealed interface Membership {

  /** The host never registered: no command about reservations is sent. */
  Membership OUT = new Out();

  /** Not registered. */
  record Out() implements Membership {}

  /** Unregistered, but for paths that were away then: they are when they return. */
  record Leaving(long key) implements Membership {}

  /**
   * Registered, on every path.
   *
   * @param persist APTPL
   */
  record Registered(long key, boolean persist) implements Membership {}

  /** Another host removed the key: stays so until an operator registers anew. */
  record Preempted(long key) implements Membership {}
}
