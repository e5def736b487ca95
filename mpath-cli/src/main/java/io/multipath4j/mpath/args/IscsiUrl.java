package io.multipath4j.mpath.args;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a path leads: {@code iscsi://HOST[:PORT][/TARGET[/LUN]]}.
 *
 * @param portal the target portal
 * @param target the iSCSI name in its normal form (lower case), null when not given
 * @param lun 0 to {@link #MAX_LUN}, -1 when not given
 */
public record IscsiUrl(HostPort portal, @Nullable String target, int lun) {

  /** The port that IANA gave to iSCSI. */
  public static final int DEFAULT_PORT = 3260;

  /** The largest number that flat space addressing holds (SAM-5 4.7.7.3). */
  public static final int MAX_LUN = 16383;

  /** The longest iSCSI name in bytes (RFC 7143 4.2.7.1). */
  private static final int MAX_NAME_BYTES = 223;

  private static final String SCHEME = "iscsi://";
  private static final Pattern NAME =
      Pattern.compile(
          "iqn\\.\\d{4}-\\d{2}\\.[a-z0-9.:-]+|eui\\.[0-9a-f]{16}|naa\\.(?:[0-9a-f]{16}|[0-9a-f]{32})");

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException with a message for the user; a password never is in it
   */
  public static IscsiUrl parse(String text) {
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an iSCSI URL: expected iscsi://HOST[:PORT]/TARGET/LUN");
    }
    String rest = text.substring(SCHEME.length());
    String authority = rest.split("/", 2)[0];
    if (authority.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "a URL holds no user or password, other users could read it in the list of processes:"
              + " put them in a file for --chap-file, or in MPATH_CHAP_USER and MPATH_CHAP_SECRET");
    }
    String[] parts = rest.split("/", -1);
    if (parts.length > 3) {
      throw new IllegalArgumentException(
          "'" + text + "': too many '/', expected iscsi://HOST[:PORT]/TARGET/LUN");
    }
    HostPort portal = HostPort.parse(authority, DEFAULT_PORT);
    if (portal.port() == 0) {
      throw new IllegalArgumentException("'" + text + "': 0 is not a port to connect to");
    }
    boolean hasTarget = parts.length > 1 && !parts[1].isEmpty();
    if (!hasTarget && parts.length > 2) {
      throw new IllegalArgumentException("'" + text + "': the target's name is missing");
    }
    boolean hasLun = parts.length > 2 && !parts[2].isEmpty();
    return new IscsiUrl(
        portal,
        hasTarget ? parseName(text, parts[1]) : null,
        hasLun ? parseLun(text, parts[2]) : -1);
  }

  /**
   * Reads a URL that names a logical unit.
   *
   * @throws IllegalArgumentException when it does not, with a message for the user
   */
  public static IscsiUrl parseWithLun(String text) {
    IscsiUrl url = parse(text);
    if (url.target == null || url.lun < 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "': the "
              + (url.target == null ? "target and the LUN are" : "LUN is")
              + " missing, expected iscsi://HOST[:PORT]/TARGET/LUN; 'mpath discover "
              + SCHEME
              + url.portal
              + "' lists them");
    }
    return url;
  }

  private static String parseName(String text, String name) {
    String normal = name.toLowerCase(Locale.ROOT);
    if (normal.length() > MAX_NAME_BYTES || !NAME.matcher(normal).matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "': '"
              + name
              + "' is not an iSCSI name: expected iqn.YYYY-MM.DOMAIN:..., eui. or naa.");
    }
    return normal;
  }

  private static int parseLun(String text, String lun) {
    if (lun.matches("\\d{1,5}")) {
      int number = Integer.parseInt(lun);
      if (number <= MAX_LUN) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "': '" + lun + "' is not a LUN: expected a number from 0 to " + MAX_LUN);
  }

  /** Returns the URL in its normal form, with the port. */
  @Override
  public String toString() {
    return SCHEME + portal + (target == null ? "" : "/" + target) + (lun < 0 ? "" : "/" + lun);
  }
}
