package io.multipath4j.sysfs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is written to a {@code uevent} attribute to have an event sent:
 *
 * <pre>
 * ACTION [UUID [KEY=VALUE ...]]
 * </pre>
 *
 * <p>The event then carries {@code SYNTH_UUID}, 0 without one, and each key as {@code
 * SYNTH_ARG_KEY}; keys and values are letters and digits.
 *
 * @param action what to send
 * @param properties what the event says beyond the device's own
 */
record SyntheticUevent(UeventAction action, Map<String, String> properties) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<action>[a-z]+)"
              + "(?: (?<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
              + "(?<arguments>(?: [0-9A-Za-z]+=[0-9A-Za-z]+)*))?\n?");

  /**
   * Reads what was written.
   *
   * @throws SysfsException {@code EINVAL} when it is not of that form
   */
  static SyntheticUevent parse(String text) {
    Matcher form = FORM.matcher(text);
    UeventAction action = form.matches() ? UeventAction.ofWord(form.group("action")) : null;
    if (action == null) {
      throw new SysfsException(
          SysfsErrno.EINVAL,
          AttributeText.quote(text)
              + " is not an event: add, remove, change, move, online or offline,"
              + " then perhaps a UUID and KEY=VALUE of letters and digits");
    }
    Map<String, String> properties = new LinkedHashMap<>();
    @Nullable String uuid = form.group("uuid");
    properties.put("SYNTH_UUID", uuid == null ? "0" : uuid);
    @Nullable String arguments = form.group("arguments");
    if (arguments != null && !arguments.isEmpty()) {
      for (String argument : arguments.substring(1).split(" ", -1)) {
        int equals = argument.indexOf('=');
        properties.put(
            "SYNTH_ARG_" + argument.substring(0, equals), argument.substring(equals + 1));
      }
    }
    return new SyntheticUevent(action, properties);
  }
}
