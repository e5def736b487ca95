package io.multipath4j.mpath.args;

import io.multipath4j.reactor.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A host and a TCP port as typed: {@code 127.0.0.1:3260}, {@code [::1]:3260}, {@code array-a}.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65535; 0 only where a free port may be chosen
 */
public record HostPort(String host, int port) {

  /** The longest host name (RFC 1035 2.3.4). */
  private static final int MAX_HOST_CHARS = 253;

  /**
   * Reads {@code HOST:PORT}.
   *
   * @param defaultPort used when there is no port; negative when one is required
   * @throws IllegalArgumentException with a message for the user
   */
  public static HostPort parse(String text, int defaultPort) {
    String host;
    @Nullable String port = null;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0) {
        throw new IllegalArgumentException("'" + text + "': the closing ] is missing");
      }
      host = text.substring(1, end);
      String rest = text.substring(end + 1);
      if (!rest.isEmpty() && rest.charAt(0) != ':') {
        throw new IllegalArgumentException("'" + text + "': expected :PORT after ]");
      }
      port = rest.isEmpty() ? null : rest.substring(1);
    } else {
      int colon = text.indexOf(':');
      if (colon != text.lastIndexOf(':')) {
        throw new IllegalArgumentException(
            "'" + text + "': put an IPv6 address in brackets, such as [::1]:3260");
      }
      host = colon < 0 ? text : text.substring(0, colon);
      port = colon < 0 ? null : text.substring(colon + 1);
    }
    checkHost(text, host);
    if (port == null) {
      if (defaultPort < 0) {
        throw new IllegalArgumentException("'" + text + "': expected HOST:PORT");
      }
      return new HostPort(host, defaultPort);
    }
    return new HostPort(host, parsePort(text, port));
  }

  private static void checkHost(String text, String host) {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "': the host is missing");
    }
    if (host.length() > MAX_HOST_CHARS || !host.matches("[\\p{Alnum}._:%-]+")) {
      throw new IllegalArgumentException(
          "'" + text + "': '" + host + "' is neither a host name nor an address");
    }
  }

  private static int parsePort(String text, String port) {
    if (port.matches("\\d{1,5}")) {
      int number = Integer.parseInt(port);
      if (number <= 65535) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "': '" + port + "' is not a TCP port: expected 1 to 65535");
  }

  /**
   * Looks the host up. May block for as long as the system's resolver does.
   *
   * @throws UnknownHostException with a message for the user
   */
  public Endpoint.Tcp resolve() throws UnknownHostException {
    try {
      return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (UnknownHostException unknown) {
      UnknownHostException explained =
          new UnknownHostException(
              "cannot resolve the host name '"
                  + host
                  + "': check its spelling, or give the address");
      explained.initCause(unknown);
      throw explained;
    }
  }

  /** Returns {@code host:port}, with brackets around an IPv6 address. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
