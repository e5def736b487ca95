package io.multipath4j.reactor.simulated;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.StreamHandler;
import java.io.IOException;
import java.util.ArrayDeque;

/** A listening address of a simulated network. */
final class SimulatedListener implements Listener {

  /** Connections that wait to be accepted; more are refused. */
  static final int BACKLOG = 1024;

  private static final System.Logger LOG = System.getLogger(SimulatedListener.class.getName());

  private final SimulatedNetwork network;
  private final SimulatedEventLoop loop;
  private final Acceptor acceptor;
  private final Endpoint local;
  private final ArrayDeque<SimulatedConnection> backlog = new ArrayDeque<>();
  private boolean closed;

  SimulatedListener(
      SimulatedNetwork network, SimulatedEventLoop loop, Endpoint wanted, Acceptor acceptor)
      throws IOException {
    this.network = network;
    this.loop = loop;
    this.acceptor = acceptor;
    this.local = network.bind(wanted, this);
  }

  /** Takes a connection into the backlog; false when that is full. */
  boolean offer(SimulatedConnection connection) {
    if (backlog.size() == BACKLOG) {
      return false;
    }
    backlog.addLast(connection);
    if (backlog.size() == 1) {
      loop.markReady(this::acceptAll);
    }
    return true;
  }

  private void acceptAll() {
    while (!closed && !backlog.isEmpty()) {
      accept(backlog.removeFirst());
    }
  }

  private void accept(SimulatedConnection connection) {
    SimulatedEnd end = connection.server();
    Endpoint remote = connection.client().local();
    try {
      StreamHandler handler = acceptor.accept(remote);
      if (handler == null) {
        end.reset();
      } else {
        loop.newStream(end, remote, handler).connected();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, () -> "connection from " + remote + " is reset: " + e, e);
      end.reset();
    }
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    network.unbind(local);
    backlog.forEach(connection -> connection.server().reset());
    backlog.clear();
  }
}
