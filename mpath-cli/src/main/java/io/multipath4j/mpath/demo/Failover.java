package io.multipath4j.mpath.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How one fault of a portal was survived.
 *
 * @param fault what was done to the portal
 * @param portal its address
 * @param noticedNanos from the fault until its path was out of use
 * @param longestWaitNanos the longest time that an I/O of the client took, from the fault until the
 *     portal's restoration
 * @param longestSilenceNanos the longest time in which none of its I/Os ended
 * @param backNanos from the restoration until the path was in use again
 */
record Failover(
    String fault,
    String portal,
    long noticedNanos,
    long longestWaitNanos,
    long longestSilenceNanos,
    long backNanos) {

  String line() {
    return fault
        + " "
        + portal
        + ": noticed after "
        + millis(noticedNanos)
        + " ms, longest I/O "
        + millis(longestWaitNanos)
        + " ms, path back "
        + millis(backNanos)
        + " ms after the repair";
  }

  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("fault", fault);
    facts.put("portal", portal);
    facts.put("noticedMillis", millis(noticedNanos));
    facts.put("longestIoMillis", millis(longestWaitNanos));
    facts.put("longestSilenceMillis", millis(longestSilenceNanos));
    facts.put("backMillis", millis(backNanos));
    return facts;
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
