package io.multipath4j.reactor.nio;

import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Endpoints as socket addresses, and back. */
final class Addresses {

  private Addresses() {}

  static SocketAddress socketAddress(Endpoint endpoint) throws IOException {
    return switch (endpoint) {
      case Endpoint.Tcp(InetSocketAddress address) when address.isUnresolved() ->
          throw new IOException("host name was not resolved: " + address.getHostString());
      case Endpoint.Tcp(InetSocketAddress address) -> address;
      case Endpoint.Unix(var path) -> UnixDomainSocketAddress.of(path);
    };
  }

  static Endpoint endpoint(SocketAddress address) throws IOException {
    return switch (address) {
      case InetSocketAddress tcp -> new Endpoint.Tcp(tcp);
      // A client's end of a Unix socket has no name: its path is empty.
      case UnixDomainSocketAddress unix -> new Endpoint.Unix(unix.getPath());
      default -> throw new IOException("address of an unknown kind: " + address);
    };
  }
}
