package io.multipath4j.mpath.control;

import io.multipath4j.sysfs.UeventDelivery;
import org.jspecify.annotations.Nullable;

/** Something that lasts. One thread uses it. */
public interface ControlFeed extends AutoCloseable {

  /**
   * Returns the next piece of news, null when there is none yet. Never waits.
   *
   * @throws ControlException when it has ended, and what came before was taken
   */
  @Nullable UeventDelivery poll() throws ControlException;

  /** Ends it. Idempotent. */
  @Override
  void close();
}
