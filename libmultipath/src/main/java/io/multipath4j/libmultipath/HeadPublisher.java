package io.multipath4j.libmultipath;

/**
 * Shows a head's disk and its paths to the outside: names, links, events. An optional part of a
 * {@link MpathHeadTemplate}. Head's loop.
 *
 * @param <P> the driver's own object of a path
 */
public interface HeadPublisher<P> {

  /**
   * The first path is live: makes the disk known. The disk takes I/O already. An exception makes
   * {@link MpathHead#setLive} fail, and the disk is not live then.
   */
  void publishDisk(MpathHead<P> head);

  /** The disk was removed and is used by nobody who calls it at this moment: forgets it. */
  void unpublishDisk(MpathHead<P> head);

  /**
   * Links the disk to a path that went live. Called once for each path on the list, also for one
   * that was there before the disk was. An exception is logged, and the link tried again when the
   * next path goes live.
   */
  default void linkPath(MpathHead<P> head, MpathDevice<P> path) {}

  /** Takes the link away: the path is off the list. Called if it was linked. */
  default void unlinkPath(MpathHead<P> head, MpathDevice<P> path) {}
}
