package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A portal as a target names it (TargetAddress, RFC 7143 13.8): {@code host[:port][,tag]}.
 *
 * @param host a name or an address; IPv6 without brackets
 * @param port 1 to 65535
 * @param portalGroupTag 0 to 65535, or -1 when not given
 */
public record TargetAddress(String host, int port, int portalGroupTag) {

  /** The port when none is given (IANA: iscsi-target). */
  public static final int DEFAULT_PORT = 3260;

  /**
   * Reads it.
   *
   * @throws IscsiProtocolException when it is malformed
   */
  public static TargetAddress parse(String text) {
    String address = text;
    int tag = -1;
    int comma = text.lastIndexOf(',');
    if (comma >= 0) {
      tag = number(text, text.substring(comma + 1), 0);
      address = text.substring(0, comma);
    }
    int hostEnd = address.startsWith("[") ? address.indexOf(']') : address.indexOf(':');
    String host;
    String rest;
    if (address.startsWith("[")) {
      if (hostEnd < 0) {
        throw malformed(text);
      }
      host = address.substring(1, hostEnd);
      rest = address.substring(hostEnd + 1);
    } else {
      host = hostEnd < 0 ? address : address.substring(0, hostEnd);
      rest = hostEnd < 0 ? "" : address.substring(hostEnd);
    }
    boolean plain = host.chars().allMatch(c -> c > ' ' && c < 0x7F);
    if (!plain
        || host.isEmpty()
        || host.length() > 255
        || !(rest.isEmpty() || rest.startsWith(":"))) {
      throw malformed(text);
    }
    return new TargetAddress(
        host, rest.isEmpty() ? DEFAULT_PORT : number(text, rest.substring(1), 1), tag);
  }

  private static int number(String text, String digits, int minimum) {
    try {
      int value = Integer.parseInt(digits);
      if (value >= minimum && value <= 65535) {
        return value;
      }
    } catch (NumberFormatException notNumber) {
      throw malformed(text);
    }
    throw malformed(text);
  }

  private static IscsiProtocolException malformed(String text) {
    return new IscsiProtocolException(
        "TargetAddress=" + text + " is not host[:port][,portal group tag]");
  }

  /**
   * Returns the socket address. A literal address is resolved without asking anybody; a name stays
   * unresolved.
   */
  public InetSocketAddress socketAddress() {
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    } catch (IllegalArgumentException name) {
      return InetSocketAddress.createUnresolved(host, port);
    }
  }

  /** Returns {@code host:port}, with brackets around an IPv6 address. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
