package io.multipath4j.libmultipath;

/**
 * What a head has done, in the groups of Linux's {@code /proc/diskstats}. An I/O counts once, when
 * it ends, however many paths it took; its time is from its first dispatch to its end, as fine as a
 * turn of the loop.
 *
 * @param read reads
 * @param write writes, write-zeroes and zone actions
 * @param discard discards
 * @param flush flushes
 * @param reading reads under way
 * @param writing everything else under way
 * @param busyNanos time during which something was under way, up to the last start or end
 */
public record IoStatistics(
    Group read,
    Group write,
    Group discard,
    Group flush,
    long reading,
    long writing,
    long busyNanos) {

  /**
   * One group.
   *
   * @param ios I/Os that ended, well or not
   * @param merged always 0: nothing is merged here
   * @param bytes bytes of those that ended well
   * @param timeNanos sum of their times
   */
  public record Group(long ios, long merged, long bytes, long timeNanos) {}
}
