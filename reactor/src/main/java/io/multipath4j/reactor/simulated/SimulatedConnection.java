package io.multipath4j.reactor.simulated;

import io.multipath4j.reactor.Endpoint;

/** A connection between a client's end and a server's end. */
final class SimulatedConnection {

  private final SimulatedNetwork network;
  private final SimulatedLink link;
  private final Endpoint portal;
  private final SimulatedEnd client;
  private final SimulatedEnd server;
  private boolean vanished;

  SimulatedConnection(SimulatedNetwork network, Endpoint local, Endpoint portal) {
    this.network = network;
    this.portal = portal;
    this.link = new SimulatedLink(network, network.link(portal));
    this.client = new SimulatedEnd(this, network, local, false);
    this.server = new SimulatedEnd(this, network, portal, true);
    link.add(this);
  }

  void start() {
    client.send(new Packet.Syn());
  }

  SimulatedLink link() {
    return link;
  }

  SimulatedEnd client() {
    return client;
  }

  SimulatedEnd server() {
    return server;
  }

  SimulatedEnd peerOf(SimulatedEnd end) {
    return end.equals(client) ? server : client;
  }

  boolean isTcp() {
    return portal instanceof Endpoint.Tcp;
  }

  /** Tells whether nothing gets through for ever. */
  boolean isVanished() {
    return vanished;
  }

  /** The client's request has reached the server's host. */
  void requested() {
    SimulatedListener listener = link.isRefusing() ? null : network.listenerAt(portal);
    if (listener == null || !listener.offer(this)) {
      server.send(new Packet.Refused());
      server.discard();
    } else {
      server.send(new Packet.SynAck());
    }
  }

  void retransmit() {
    client.retransmit();
    server.retransmit();
  }

  void resetBoth() {
    client.resetArrived();
    server.resetArrived();
  }

  void vanish() {
    vanished = true;
  }

  /** An end is gone; forgets the connection when both are. */
  void ended() {
    if (client.isGone() && server.isGone()) {
      link.remove(this);
    }
  }
}
