package io.multipath4j.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is mounted, as {@code /proc/self/mountinfo} tells. */
record MountTable(List<Entry> entries) {
  /** How a mount of ours is recognised; {@code fsname} when mounting. */
  static final String SOURCE = "multipath4j";

  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  /**
   * One mount.
   *
   * @param place where
   * @param type of the file system, as in {@code fuse.multipath4j}
   * @param source what is mounted there
   */
  record Entry(String place, String type, String source) {
    boolean isOurs() {
      return source.equals(SOURCE) && (type.equals("fuse") || type.startsWith("fuse."));
    }
  }

  static MountTable read() throws IOException {
    return parse(Files.readString(MOUNTINFO, StandardCharsets.UTF_8));
  }

  /**
   * Reads the lines; those that are not of the known form are left out.
   *
   * <pre>
   * 36 35 98:0 /root /place rw,noatime master:1 - type source rw,errors=continue
   * </pre>
   */
  static MountTable parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      List<String> fields = List.of(line.split(" ", -1));
      int separator = fields.indexOf("-");
      if (separator > 5 && fields.size() > separator + 2) {
        entries.add(
            new Entry(
                unescape(fields.get(4)),
                unescape(fields.get(separator + 1)),
                unescape(fields.get(separator + 2))));
      }
    }
    return new MountTable(List.copyOf(entries));
  }

  /** Returns the topmost mount at a place, or null. */
  @Nullable Entry at(Path place) {
    return entries.stream()
        .filter(entry -> entry.place.equals(place.toString()))
        .reduce((lower, upper) -> upper)
        .orElse(null);
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.startsWith("\\", i) && field.length() >= i + 4 && isOctal(field, i + 1)) {
        text.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }

  private static boolean isOctal(String field, int from) {
    return field.substring(from, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
