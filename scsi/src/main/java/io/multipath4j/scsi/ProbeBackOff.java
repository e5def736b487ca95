package io.multipath4j.scsi;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * LUNs that could not be probed: each is left alone for a while, longer from time to time. Nothing
 * is tried by the clock alone; this only keeps scans from trying again too soon. Loop thread.
 */
final class ProbeBackOff {

  static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);

  static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(5);

  private record Failure(long pauseNanos, long untilNanos, String reason) {}

  private final Map<Long, Failure> failures = new HashMap<>();

  /** Returns why a LUN is not to be tried now; null when it is. */
  @Nullable String restsBecause(long lun, long nowNanos) {
    Failure failure = failures.get(lun);
    return failure == null || failure.untilNanos - nowNanos <= 0
        ? null
        : failure.reason + "; tried again by a scan after " + seconds(failure, nowNanos) + " s";
  }

  private static long seconds(Failure failure, long nowNanos) {
    return TimeUnit.NANOSECONDS.toSeconds(failure.untilNanos - nowNanos) + 1;
  }

  /** Notes a failure; tells whether it is news. */
  boolean failed(long lun, String reason, long nowNanos) {
    Failure before = failures.get(lun);
    long pause = before == null ? FIRST_NANOS : Math.min(before.pauseNanos * 2, MAX_NANOS);
    failures.put(lun, new Failure(pause, nowNanos + pause, reason));
    return before == null || !before.reason.equals(reason);
  }

  /** It was probed, or is not there any more. */
  void forget(long lun) {
    failures.remove(lun);
  }

  /** The way to all of them is new: the next scan tries each. */
  void expire(long nowNanos) {
    failures.replaceAll((lun, f) -> new Failure(f.pauseNanos, nowNanos, f.reason));
  }

  /** Keeps only what {@code listed} has: the target decides how many there are. */
  void retain(Set<Long> listed) {
    failures.keySet().retainAll(listed);
  }
}
