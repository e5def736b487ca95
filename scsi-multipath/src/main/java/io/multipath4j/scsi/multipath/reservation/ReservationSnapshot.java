package io.multipath4j.scsi.multipath.reservation;

import java.util.List;

/**
 * What this host believes of its reservations on a disk, for people.
 *
 * @param state {@code out}, {@code registered}, {@code leaving} or {@code preempted}
 * @param held words of the reservation's type; empty when this host does not hold one
 * @param holder label of the path that holds it alone; empty when none does, or it is not known
 * @param paths each path's label and registration: {@code none}, {@code registered}, {@code asked
 *     when it returns} or {@code uncertain}
 */
public record ReservationSnapshot(String state, String held, String holder, List<Path> paths) {

  /** One path. */
  public record Path(String label, String registration) {}

  /** Copies the list. */
  public ReservationSnapshot {
    paths = List.copyOf(paths);
  }
}
