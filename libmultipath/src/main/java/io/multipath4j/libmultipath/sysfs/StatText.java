package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.libmultipath.IoStatistics;
import io.multipath4j.libmultipath.IoStatistics.Group;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's texts of I/O statistics. {@code stat} has 17 numbers:
 *
 * <pre>
 *  read     ios merges sectors ms      discard  ios merges sectors ms
 *  write    ios merges sectors ms      flush    ios ms
 *  now in flight, ms busy, ms of all I/O together
 * </pre>
 */
final class StatText {

  private static final int SECTOR_BYTES = 512;

  private StatText() {}

  static String stat(IoStatistics of) {
    Group read = of.read();
    Group write = of.write();
    Group discard = of.discard();
    Group flush = of.flush();
    long total = read.timeNanos() + write.timeNanos() + discard.timeNanos() + flush.timeNanos();
    return String.format(
        Locale.ROOT,
        "%8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d %8d\n",
        read.ios(),
        read.merged(),
        read.bytes() / SECTOR_BYTES,
        millis(read.timeNanos()),
        write.ios(),
        write.merged(),
        write.bytes() / SECTOR_BYTES,
        millis(write.timeNanos()),
        of.reading() + of.writing(),
        millis(of.busyNanos()),
        millis(total),
        discard.ios(),
        discard.merged(),
        discard.bytes() / SECTOR_BYTES,
        millis(discard.timeNanos()),
        flush.ios(),
        millis(flush.timeNanos()));
  }

  static String inflight(IoStatistics of) {
    return String.format(Locale.ROOT, "%8d %8d\n", of.reading(), of.writing());
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
