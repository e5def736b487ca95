package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.ReservationType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registrations of a logical unit and its persistent reservation, at one moment (SPC-5 5.14).
 *
 * @param generation PRGENERATION, 0 to 2^32 - 1
 * @param persist APTPL of the last registration: all of this survives a power loss
 * @param registrations oldest first, one per nexus
 * @param type null when nobody holds a reservation
 * @param holder null when there is no reservation, or all registrants hold it
 */
record ReservationState(
    long generation,
    boolean persist,
    List<Registration> registrations,
    @Nullable ReservationType type,
    @Nullable NexusId holder) {

  /** What a power-on without a file finds. */
  static final ReservationState NOTHING = new ReservationState(0, false, List.of(), null, null);

  /**
   * A registered nexus.
   *
   * @param key not 0
   */
  record Registration(NexusId nexus, long key) {}

  ReservationState {
    registrations = List.copyOf(registrations);
  }

  /** Returns the key of a nexus, 0 when it is not registered. */
  long keyOf(NexusId nexus) {
    for (int i = 0; i < registrations.size(); i++) {
      if (registrations.get(i).nexus.equals(nexus)) {
        return registrations.get(i).key;
      }
    }
    return 0;
  }

  /** Tells whether a nexus holds the reservation that there is. */
  boolean isHolder(NexusId nexus) {
    if (type == null) {
      return false;
    }
    return type.isAllRegistrants() ? keyOf(nexus) != 0 : nexus.equals(holder);
  }

  /** Tells whether a nexus may do what the reservation that there is keeps others from. */
  boolean admits(NexusId nexus) {
    if (type == null) {
      return true;
    }
    return type.admitsRegistrants() ? keyOf(nexus) != 0 : nexus.equals(holder);
  }
}
