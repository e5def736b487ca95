package io.multipath4j.sysfs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The lines of {@code ls -l}, one space between columns: {@code -rw-r--r-- 1 root root 4096 Feb 25
 * 11:59 iopolicy}.
 */
final class LongListing {
  /** Older than this half of a mean year, or in the future, a time shows its year. */
  private static final Duration RECENT = Duration.ofSeconds(31_556_952 / 2);

  private final InstantSource clock;
  private final DateTimeFormatter recent;
  private final DateTimeFormatter distant;

  LongListing(InstantSource clock, ZoneId zone) {
    this.clock = clock;
    this.recent = DateTimeFormatter.ofPattern("MMM ppd HH:mm", Locale.US).withZone(zone);
    this.distant = DateTimeFormatter.ofPattern("MMM ppd  yyyy", Locale.US).withZone(zone);
  }

  void print(String path, SysfsNode node, Consumer<String> lines) {
    if (node instanceof SysfsDirectory directory) {
      // Nothing in the tree takes a block of a disk.
      lines.accept("total 0");
      for (SysfsNode child : directory.children()) {
        lines.accept(line(child.name(), child));
      }
    } else {
      lines.accept(line(path, node));
    }
  }

  private String line(String name, SysfsNode node) {
    SysfsStat stat = node.look();
    StringBuilder line = new StringBuilder(stat.modeText());
    line.append(' ').append(stat.links()).append(" root root ").append(stat.sizeBytes());
    line.append(' ').append(time(stat.modified())).append(' ').append(name);
    if (node instanceof SysfsLink link) {
      line.append(" -> ").append(link.text());
    }
    return line.toString();
  }

  /** Looked at after {@code modified} was: a first look at a node gives it its time. */
  private String time(Instant modified) {
    Instant now = clock.instant();
    boolean isRecent = modified.isAfter(now.minus(RECENT)) && !modified.isAfter(now);
    return (isRecent ? recent : distant).format(modified);
  }
}
