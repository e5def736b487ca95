package io.multipath4j.libmultipath;

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
   * Takes the disk of {@code head} away, because no path came back in time: unpublish it, call
   * {@link MpathHead#removeDisk()}, drop it. Head's loop.
   */
  void removeHead(MpathHead<P> head);
}
