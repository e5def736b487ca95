package io.multipath4j.scsi.multipath;

/**
 * Something that happened to a path.
 *
 * @param kind what
 * @param disk the disk it happened to, {@code sda}; empty when it belongs to none
 * @param path the path as an operator knows it: transport and LUN
 * @param text one line for a person that says it all
 */
public record MultipathEvent(Kind kind, String disk, String path, String text) {

  /** What can happen. */
  public enum Kind {
    /** A path joined a disk. */
    PATH_ADDED,
    /** A path cannot be used for now. */
    PATH_FAILED,
    /** A path that could not be used can be again. */
    PATH_REINSTATED,
    /** A path left its disk. */
    PATH_REMOVED,
    /** A path does not lead to what it was said to lead to, and is not used. */
    PATH_REFUSED,
    /** A disk that waited for a path is gone. The event names no path. */
    DISK_REMOVED,
    /** The paths of a disk do not agree about its size. The event names no path. */
    SIZES_DIFFER,
    /** Another host removed the reservation key of this one. The event names no path. */
    HOST_PREEMPTED
  }

  @Override
  public String toString() {
    return text;
  }
}
