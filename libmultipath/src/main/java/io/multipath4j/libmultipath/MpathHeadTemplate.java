package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.PersistentReservations;
import java.util.Optional;

/**
 * What the library asks of a driver. The three questions about a path are asked on every selection,
 * by any thread: they answer at once, from state that is at hand, without blocking or allocating.
 *
 * <p>All else is optional. What only makes sense together is one object, so that a driver has all
 * of it or none: {@link HeadPublisher}, {@link CharDeviceDriver}, {@link IoctlPinning}.
 *
 * @param <P> the driver's own object of a path
 */
public interface MpathHeadTemplate<P> {

  /** Tells whether {@code path} must not receive I/O now. */
  boolean isDisabled(P path);

  /** Tells whether {@code path} is usable and optimized. */
  boolean isOptimized(P path);

  /**
   * Tells whether {@code path}, not selectable now, may become so by itself, so that I/O waits for
   * it. Asked only when no path could be selected.
   */
  boolean availablePath(P path);

  /**
   * Gives {@code head} up, because no path came back in time: take it off the driver's list, call
   * {@link MpathHead#removeDisk()} and {@link HeadLife#uninit()}. Called once, and not if {@link
   * HeadLife#canRemoveHead} has answered true. Head's loop.
   */
  void removeHead(MpathHead<P> head);

  /**
   * Told of each I/O that is about to be given to {@code path}, when the clone is set up and
   * nothing is counted yet. May add flags to what the clone asks for. On the data path: it must not
   * block or allocate.
   *
   * @return false when no clone can be made: the original ends with IOERR
   */
  default boolean cloneBio(P path, Bio original, Bio clone) {
    return true;
  }

  /**
   * Returns the persistent reservations of a head, for a driver that makes them hold on every path,
   * or refuses them; empty: each of their operations goes to one path.
   */
  default Optional<PersistentReservations> reservations(MpathHead<P> head) {
    return Optional.empty();
  }

  /** Returns who shows the disk to the outside. Asked once for each head. */
  default Optional<HeadPublisher<P>> publisher() {
    return Optional.empty();
  }

  /** Returns the driver's side of a character device. Asked once for each head. */
  default Optional<CharDeviceDriver<P>> charDevice() {
    return Optional.empty();
  }

  /** Returns what keeps alive what a request needs. Asked for each request. */
  default Optional<IoctlPinning<P>> ioctlPinning() {
    return Optional.empty();
  }
}
