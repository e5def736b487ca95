package io.multipath4j.iscsi;

import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which NUMA node a network interface is on. */
final class NetworkNuma {

  private static final int UNKNOWN = -1;

  private NetworkNuma() {}

  /**
   * Returns the node of the interface that has this local address, -1 when it cannot be known: a
   * virtual interface, a simulated network, not Linux.
   */
  static int nodeOf(Endpoint local, Path sysClassNet) {
    if (!(local instanceof Endpoint.Tcp tcp) || tcp.address().isUnresolved()) {
      return UNKNOWN;
    }
    InetAddress address = tcp.address().getAddress();
    if (address.isLoopbackAddress()) {
      return UNKNOWN;
    }
    try {
      NetworkInterface network = NetworkInterface.getByInetAddress(address);
      return network == null ? UNKNOWN : nodeOf(network.getName(), sysClassNet);
    } catch (IOException unreadable) {
      return UNKNOWN;
    }
  }

  static int nodeOf(String interfaceName, Path sysClassNet) throws IOException {
    Path file = sysClassNet.resolve(interfaceName).resolve("device/numa_node");
    if (!Files.isReadable(file)) {
      return UNKNOWN;
    }
    try {
      return Math.max(UNKNOWN, Integer.parseInt(Files.readString(file).strip()));
    } catch (NumberFormatException notNumber) {
      return UNKNOWN;
    }
  }
}
