package io.multipath4j.initiator;

import io.multipath4j.libmultipath.MpathHead;
import java.util.concurrent.TimeUnit;

/**
 * What a new disk starts with; each disk's own attributes change it later.
 *
 * @param delayedRemovalSecs how long a disk stays when its last path is removed, in seconds; 0
 *     removes it at once
 * @param queueIfNoPath I/O waits although no path may come back by itself
 * @param noPathTimeoutMillis the longest that such I/O waits, in milliseconds; 0 for no limit
 */
public record DiskDefaults(
    long delayedRemovalSecs, boolean queueIfNoPath, long noPathTimeoutMillis) {

  /** Removed at once, and no I/O waits for nothing. */
  public static final DiskDefaults NONE = new DiskDefaults(0, false, 0);

  /** Checks the ranges. */
  public DiskDefaults {
    if (delayedRemovalSecs < 0 || noPathTimeoutMillis < 0) {
      throw new IllegalArgumentException("times of a disk: expected 0 or more each");
    }
  }

  void applyTo(MpathHead<?> head) {
    head.life().setDelayedRemovalSecs(delayedRemovalSecs);
    head.setQueueIfNoPath(queueIfNoPath || delayedRemovalSecs != 0);
    head.setNoPathTimeoutNanos(TimeUnit.MILLISECONDS.toNanos(noPathTimeoutMillis));
  }
}
