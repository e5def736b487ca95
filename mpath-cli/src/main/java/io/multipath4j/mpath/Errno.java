package io.multipath4j.mpath;

import io.multipath4j.mpath.control.ControlException;
import java.util.Map;
import java.util.Set;

/** Errors in the words that a shell user knows, those of {@code strerror}. */
final class Errno {

  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("EPERM", "Operation not permitted"),
          Map.entry("ENOENT", "No such file or directory"),
          Map.entry("EIO", "Input/output error"),
          Map.entry("ENXIO", "No such device or address"),
          Map.entry("EAGAIN", "Resource temporarily unavailable"),
          Map.entry("EACCES", "Permission denied"),
          Map.entry("EBUSY", "Device or resource busy"),
          Map.entry("EEXIST", "File exists"),
          Map.entry("ENODEV", "No such device"),
          Map.entry("ENOTDIR", "Not a directory"),
          Map.entry("EISDIR", "Is a directory"),
          Map.entry("EINVAL", "Invalid argument"),
          Map.entry("ERANGE", "Numerical result out of range"),
          Map.entry("ENAMETOOLONG", "File name too long"),
          Map.entry("ELOOP", "Too many levels of symbolic links"),
          Map.entry("EMSGSIZE", "Message too long"),
          Map.entry("EOPNOTSUPP", "Operation not supported"),
          Map.entry("ETIMEDOUT", "Connection timed out"));

  /** Whose words say it all. */
  private static final Set<String> PLAIN =
      Set.of("ENOENT", "EACCES", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP");

  private Errno() {}

  /**
   * Returns an error about something, as in {@code PATH: Invalid argument (why)}.
   *
   * @param what the path as the user wrote it
   */
  static String line(String what, ControlException error) {
    String words = WORDS.get(error.errno());
    if (words == null) {
      // What a disk says of itself begins with its name.
      return error.sentence().startsWith(what + ": ")
          ? error.sentence()
          : what + ": " + error.sentence();
    }
    return what
        + ": "
        + words
        + (PLAIN.contains(error.errno()) ? "" : " (" + error.sentence() + ")");
  }
}
