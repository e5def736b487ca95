package io.multipath4j.scsi.multipath.reservation;

/**
 * What is kept of a disk's reservations.
 *
 * @param key the key of this host, not 0
 * @param persist APTPL: the device keeps it through a power loss
 * @param state what it is kept for
 * @param doubts how many nexuses may be registered with it without a right to it: they were being
 *     registered, and whether another host had preempted this one before was not yet proved
 */
public record KeyRecord(long key, boolean persist, State state, int doubts) {

  /** Most doubts that are told apart. */
  static final int MAX_DOUBTS = 9999;

  /** Why a key is kept. */
  public enum State {
    /** The registration had begun, and may not have come to its end. */
    REGISTERING,
    /** Every path is registered with it. */
    REGISTERED,
    /** Another host removed it: it is not to be registered by itself again. */
    PREEMPTED,
    /** It was unregistered, but paths that were away may still have it. */
    LEAVING
  }

  /** Makes one without doubts. */
  public KeyRecord(long key, boolean persist, State state) {
    this(key, persist, state, 0);
  }

  /** Checks the key. */
  public KeyRecord {
    doubts = Math.clamp(doubts, 0, MAX_DOUBTS);
    if (key == 0) {
      throw new IllegalArgumentException("reservation key 0 stands for none");
    }
  }

  /** Returns the same with another state. */
  KeyRecord in(State other) {
    return new KeyRecord(key, persist, other, doubts);
  }

  /** Keys are no passwords, but have no business in logs. */
  @Override
  public String toString() {
    return "a key that is " + state;
  }
}
