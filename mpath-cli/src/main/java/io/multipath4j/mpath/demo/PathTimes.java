package io.multipath4j.mpath.demo;

import io.multipath4j.mpath.attach.AttachListener;
import io.multipath4j.reactor.Clock;
import io.multipath4j.scsi.multipath.MultipathEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Notes when each path was last lost and last found. Callable from any thread. */
final class PathTimes implements AttachListener {

  private final Clock clock;
  private final AttachListener next;
  private final Map<String, Long> lostNanos = new ConcurrentHashMap<>();
  private final Map<String, Long> foundNanos = new ConcurrentHashMap<>();

  PathTimes(Clock clock, AttachListener next) {
    this.clock = clock;
    this.next = next;
  }

  @Override
  public void pathWaits(String url, String reason) {
    next.pathWaits(url, reason);
  }

  @Override
  public void happened(MultipathEvent event) {
    switch (event.kind()) {
      case PATH_FAILED, PATH_REMOVED, PATH_REFUSED -> lostNanos.put(event.path(), clock.nanoTime());
      case PATH_ADDED, PATH_REINSTATED -> foundNanos.put(event.path(), clock.nanoTime());
      case DISK_REMOVED, SIZES_DIFFER, HOST_PREEMPTED -> {} // they name no path
    }
    next.happened(event);
  }

  /** Returns nanoseconds from {@code sinceNanos} until the path at a portal was lost; or -1. */
  long lostAfter(String portal, long sinceNanos) {
    return after(lostNanos, portal, sinceNanos);
  }

  /** Returns nanoseconds from {@code sinceNanos} until the path at a portal was found; or -1. */
  long foundAfter(String portal, long sinceNanos) {
    return after(foundNanos, portal, sinceNanos);
  }

  private static long after(Map<String, Long> times, String portal, long sinceNanos) {
    for (Map.Entry<String, Long> entry : times.entrySet()) {
      if (entry.getKey().contains(" at " + portal + " ")) {
        return Math.max(-1, entry.getValue() - sinceNanos);
      }
    }
    return -1;
  }
}
