package io.multipath4j.libmultipath;

import java.util.concurrent.TimeUnit;

/**
 * The bounds of a head. Times in nanoseconds.
 *
 * @param maxParkedBios most bios on the requeue list; one more fails with RESOURCE
 * @param attemptsPerPath a bio that failed this often, times the number of paths, with path errors
 *     is given up and ends with the last of them
 * @param failuresBeforeRest so many path errors in a row, with no command carried in between, and a
 *     path is set aside
 * @param restInitialNanos how long it is set aside the first time; doubles each time in a row
 * @param restMaxNanos longest rest
 * @param safetyIntervalNanos how often parked bios are looked at without any event
 * @param bioTimeoutNanos a bio that was submitted so long ago is neither tried again nor waits any
 *     more: it ends with its last error, or with TIMEOUT; 0 is no limit. Each piece of a split bio
 *     has its own time
 */
public record MpathHeadOptions(
    int maxParkedBios,
    int attemptsPerPath,
    int failuresBeforeRest,
    long restInitialNanos,
    long restMaxNanos,
    long safetyIntervalNanos,
    long bioTimeoutNanos) {

  /**
   * The defaults. With one path whose every command fails at once, a bio is tried for about half a
   * minute, as long as a SCSI command's own time limit, before it is given up.
   */
  public static final MpathHeadOptions DEFAULTS =
      new MpathHeadOptions(
          65_536,
          16,
          3,
          TimeUnit.MILLISECONDS.toNanos(50),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(1),
          0);

  /** Checks that every bound is positive. */
  public MpathHeadOptions {
    if (maxParkedBios < 1
        || attemptsPerPath < 1
        || failuresBeforeRest < 1
        || restInitialNanos < 1
        || restMaxNanos < restInitialNanos
        || safetyIntervalNanos < 1
        || bioTimeoutNanos < 0) {
      throw new IllegalArgumentException(
          "head options must be positive (the bios' time limit: 0 or more), and the longest rest no"
              + " shorter than the first");
    }
  }
}
