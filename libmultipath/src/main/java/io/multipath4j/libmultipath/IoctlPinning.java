package io.multipath4j.libmultipath;

import io.multipath4j.block.Ioctl;
import org.jspecify.annotations.Nullable;

/**
 * Keeps alive what a request uses that outlives its path: a controller whose namespace it may
 * delete. An optional part of a {@link MpathHeadTemplate}. Head's loop.
 *
 * @param <P> the driver's own object of a path
 */
@FunctionalInterface
public interface IoctlPinning<P> {

  /** What a request keeps alive. */
  @FunctionalInterface
  interface Pin {

    /** The request ended, well or not. Called once. */
    void finish();
  }

  /**
   * A request is about to be given to {@code path}.
   *
   * @return what keeps alive what the request needs: it does not count as a user of the path then,
   *     and {@link MpathHead#synchronize} does not wait for it; null when it needs nothing
   */
  @Nullable Pin begin(P path, Ioctl request);
}
