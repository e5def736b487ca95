package io.multipath4j.reactor;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where a stream or a listener ends. */
public sealed interface Endpoint {

  /**
   * A TCP address.
   *
   * @param address resolved, except in a simulated network, where names are addresses
   */
  record Tcp(InetSocketAddress address) implements Endpoint {

    /** Returns {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
      String host =
          address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
  }

  /**
   * A Unix socket.
   *
   * @param path the socket's file
   */
  record Unix(Path path) implements Endpoint {

    /** Returns {@code unix:PATH}. */
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }
}
