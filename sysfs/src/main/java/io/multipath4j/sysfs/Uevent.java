package io.multipath4j.sysfs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Something that happened to a device.
 *
 * @param sequence 1 for the first of its stream, and one more for each
 * @param time when
 * @param action what
 * @param devpath the device's path in the tree
 * @param subsystem the device's class
 * @param properties further keys in their order; control characters in values become {@code _}, as
 *     a device may have chosen them
 */
public record Uevent(
    long sequence,
    Instant time,
    UeventAction action,
    String devpath,
    String subsystem,
    Map<String, String> properties)
    implements UeventDelivery {

  /** The most keys, those of the event itself included. */
  public static final int MAX_KEYS = 64;

  /** The most bytes of all keys and values together. */
  public static final int MAX_BYTES = 2048;

  private static final Pattern KEY = Pattern.compile("[A-Z0-9_a-z]+");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** Checks keys and limits; {@link IllegalArgumentException} when they do not hold. */
  public Uevent {
    Map<String, String> clean = new LinkedHashMap<>();
    properties.forEach((key, value) -> {
      if (!KEY.matcher(key).matches()) {
        throw new IllegalArgumentException("not a key of an event: " + AttributeText.quote(key));
      }
      clean.put(key, CONTROL.matcher(value).replaceAll("_"));
    });
    properties = Collections.unmodifiableMap(clean);
    List<String> lines = lines(sequence, action, devpath, subsystem, properties);
    int bytes = 0;
    for (String line : lines) {
      bytes += line.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    if (lines.size() > MAX_KEYS || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "an event of %s has at most %d keys and %d bytes, not %d and %d"
              .formatted(devpath, MAX_KEYS, MAX_BYTES, lines.size(), bytes));
    }
  }

  /** Returns all keys in the kernel's order, as in {@code ACTION=add}; the last is SEQNUM. */
  public List<String> environment() {
    return Collections.unmodifiableList(lines(sequence, action, devpath, subsystem, properties));
  }

  private static List<String> lines(
      long sequence,
      UeventAction action,
      String devpath,
      String subsystem,
      Map<String, String> properties) {
    List<String> lines = new ArrayList<>();
    lines.add("ACTION=" + action.word());
    lines.add("DEVPATH=" + devpath);
    lines.add("SUBSYSTEM=" + subsystem);
    properties.forEach((key, value) -> lines.add(key + "=" + value));
    lines.add("SEQNUM=" + sequence);
    return lines;
  }
}
