package io.multipath4j.mpath.args;

import io.multipath4j.reactor.Endpoint;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where an NBD export is served: {@code unix:PATH} or {@code HOST:PORT}. */
public sealed interface NbdAddress {

  /** The longest path of a Unix socket on Linux: sun_path holds 108 bytes with the final zero. */
  int MAX_SOCKET_PATH_BYTES = 107;

  /**
   * A Unix socket.
   *
   * @param path absolute
   */
  record Unix(Path path) implements NbdAddress {}

  /**
   * A TCP address.
   *
   * @param address port 0 takes a free one
   */
  record Tcp(HostPort address) implements NbdAddress {}

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  static NbdAddress parse(String text) {
    if (!text.startsWith("unix:")) {
      if (text.indexOf('/') >= 0) {
        throw new IllegalArgumentException(
            "'" + text + "' is not an NBD address: expected unix:PATH or HOST:PORT");
      }
      return new Tcp(HostPort.parse(text, -1));
    }
    String path = text.substring("unix:".length());
    if (path.isEmpty()) {
      throw new IllegalArgumentException("'unix:': the path of the socket is missing");
    }
    Path absolute;
    try {
      absolute = Path.of(path).toAbsolutePath().normalize();
    } catch (InvalidPathException invalid) {
      throw new IllegalArgumentException(
          "'" + path + "' is not a path: " + invalid.getReason(), invalid);
    }
    int bytes = absolute.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH_BYTES) {
      throw new IllegalArgumentException(
          "the path of the socket is "
              + bytes
              + " bytes long, the system takes at most "
              + MAX_SOCKET_PATH_BYTES
              + ": "
              + absolute);
    }
    return new Unix(absolute);
  }

  /**
   * Returns the endpoint to listen on.
   *
   * @throws UnknownHostException when the host name does not resolve, with a message for the user
   */
  default Endpoint resolve() throws UnknownHostException {
    return switch (this) {
      case Unix unix -> new Endpoint.Unix(unix.path());
      case Tcp tcp -> tcp.address().resolve();
    };
  }

  /** Returns the URI under which NBD clients find the default export of a listener. */
  static String uri(Endpoint local) {
    return switch (local) {
      case Endpoint.Unix unix -> "nbd+unix:///?socket=" + percentEncoded(unix.path().toString());
      case Endpoint.Tcp tcp -> "nbd://" + reachable(tcp.address()) + "/";
    };
  }

  private static String reachable(InetSocketAddress address) {
    return new Endpoint.Tcp(address).toString();
  }

  private static String percentEncoded(String path) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (octet & 0xFF);
      if (character < 0x80
          && (Character.isLetterOrDigit(character) || "/-._~".indexOf(character) >= 0)) {
        encoded.append(character);
      } else {
        encoded.append('%').append(String.format("%02X", octet & 0xFF));
      }
    }
    return encoded.toString();
  }
}
