package io.multipath4j.iscsi;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A logical unit, a target or a portal as a user names it: {@code iscsi://host[:port]/target/lun},
 * {@code iscsi://host[:port]/target} or {@code iscsi://host[:port]}.
 *
 * <p>A password in it is refused: the command line of a process can be seen by every user of the
 * machine.
 *
 * @param user CHAP user name, null when none is given
 * @param host a name or an address; IPv6 without brackets
 * @param port 1 to 65535
 * @param target the iSCSI name, null when only a portal is named
 * @param lun 0 to 16383, or -1 when none is given
 */
public record IscsiUrl(
    @Nullable String user, String host, int port, @Nullable String target, int lun) {

  /** Highest LUN of the flat space addressing method (SAM-5 4.7.7.4), which holds 14 bits. */
  public static final int MAX_LUN = 0x3FFF;

  private static final String SCHEME = "iscsi://";
  private static final String EXPECTED = "expected iscsi://host[:port][/target[/lun]]";

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException naming the part that is wrong and what was expected; a
   *     password is never part of the message
   */
  public static IscsiUrl parse(String text) {
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new IllegalArgumentException(
          "\"" + withoutUser(text) + "\" does not start with iscsi://; " + EXPECTED);
    }
    String rest = text.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : rest.substring(slash + 1);
    int at = authority.lastIndexOf('@');
    String user = at < 0 ? null : user(authority.substring(0, at));
    String hostAndPort = authority.substring(at + 1);
    int hostEnd = hostEnd(hostAndPort);
    String host = hostAndPort.substring(0, hostEnd);
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the host is missing; " + EXPECTED);
    }
    int port = port(hostAndPort.substring(hostEnd));
    if (path.isEmpty()) {
      return new IscsiUrl(user, host, port, null, -1);
    }
    int lunAt = path.indexOf('/');
    String target = lunAt < 0 ? path : path.substring(0, lunAt);
    String lun = lunAt < 0 ? "" : path.substring(lunAt + 1);
    return new IscsiUrl(user, host, port, target(target), lun.isEmpty() ? -1 : lun(lun));
  }

  private static String user(String userPart) {
    // libiscsi separates the password with %, URLs in general with a colon
    if (userPart.indexOf('%') >= 0 || userPart.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "the URL holds a password, which every user of this machine could see in the list of"
              + " processes; leave it out and give the CHAP secret in a file or in the environment");
    }
    if (userPart.isEmpty()) {
      throw new IllegalArgumentException("the user name before @ is empty; " + EXPECTED);
    }
    return userPart;
  }

  private static int hostEnd(String hostAndPort) {
    if (hostAndPort.startsWith("[")) {
      int bracket = hostAndPort.indexOf(']');
      if (bracket < 0) {
        throw new IllegalArgumentException(
            "the host \"" + hostAndPort + "\" starts with [ and has no ]");
      }
      return bracket + 1;
    }
    int colon = hostAndPort.indexOf(':');
    if (colon != hostAndPort.lastIndexOf(':')) {
      throw new IllegalArgumentException(
          "\""
              + hostAndPort
              + "\" has several colons: an IPv6 address needs brackets, as in [::1]");
    }
    return colon < 0 ? hostAndPort.length() : colon;
  }

  private static int port(String text) {
    if (text.isEmpty()) {
      return TargetAddress.DEFAULT_PORT;
    }
    int port = text.startsWith(":") ? number(text.substring(1), 1, 65535) : -1;
    if (port < 0) {
      throw new IllegalArgumentException(
          "the port \"%s\" is not a number from 1 to 65535".formatted(text.substring(1)));
    }
    return port;
  }

  private static String target(String text) {
    String name;
    try {
      name = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "the target \"" + text + "\" has a malformed % escape", malformed);
    }
    boolean type = name.startsWith("iqn.") || name.startsWith("eui.") || name.startsWith("naa.");
    if (!type || name.length() > IscsiSessionConfig.MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "the target \"%s\" is not an iSCSI name: expected iqn., eui. or naa. and at most %d bytes"
              .formatted(name, IscsiSessionConfig.MAX_NAME_BYTES));
    }
    return name;
  }

  private static int lun(String text) {
    int lun = number(text, 0, MAX_LUN);
    if (lun < 0) {
      throw new IllegalArgumentException(
          "the LUN \"" + text + "\" is not a number from 0 to " + MAX_LUN);
    }
    return lun;
  }

  private static int number(String text, int minimum, int maximum) {
    boolean digits = !text.isEmpty() && text.length() <= 6;
    digits &= text.chars().allMatch(c -> c >= '0' && c <= '9');
    int value = digits ? Integer.parseInt(text) : -1;
    return value >= minimum && value <= maximum ? value : -1;
  }

  private static String withoutUser(String text) {
    return text.substring(text.lastIndexOf('@') + 1);
  }

  /** Returns the LUN as the 8-byte number of SAM-5 4.7: peripheral below 256, flat above. */
  public static long lunNumber(int lun) {
    return (long) (lun < 256 ? lun : 0x4000 | lun) << 48;
  }

  /** Returns {@code host:port}, with brackets around an IPv6 address. */
  public String portal() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** Returns the URL again. */
  @Override
  public String toString() {
    String text = SCHEME + (user == null ? "" : user + "@") + portal();
    if (target != null) {
      text += "/" + target + (lun < 0 ? "" : "/" + lun);
    }
    return text;
  }
}
