package io.multipath4j.libmultipath;

import java.util.Optional;

/**
 * What the library asks of a driver. The three questions about a path are asked on every selection,
 * by any thread: they answer at once, from state that is at hand, without blocking or allocating.
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

  /** Returns who shows the disk to the outside. Asked once for each head. */
  default Optional<HeadPublisher<P>> publisher() {
    return Optional.empty();
  }
}
