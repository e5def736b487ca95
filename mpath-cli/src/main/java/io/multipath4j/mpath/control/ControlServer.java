package io.multipath4j.mpath.control;

import io.multipath4j.reactor.BufferPool;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.StreamHandler;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves an {@link MpathControl} to other processes, on one event loop. A client that breaks the
 * protocol, stalls or dies loses its own connection and nothing else.
 */
public final class ControlServer implements AutoCloseable {

  /** The most connections; more are reset. */
  public static final int MAX_CONNECTIONS = 32;

  private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());

  /** Each connection has one chunk for each direction. */
  private static final long BUFFER_BYTES =
      (long) MAX_CONNECTIONS * (LineInput.CHUNK_BYTES + LineOutput.CHUNK_BYTES);

  private final EventLoop loop;
  private final MpathControl control;
  private final BufferPool buffers = new BufferPool(BUFFER_BYTES);
  private final Set<ControlConnection> connections = new LinkedHashSet<>();
  private final Listener listener;

  private ControlServer(EventLoop loop, Endpoint where, MpathControl control) throws IOException {
    this.loop = loop;
    this.control = control;
    this.listener = loop.listen(where, this::accept);
  }

  /**
   * Starts to serve. Loop thread only.
   *
   * @param where usually a Unix socket, which is made with mode 0600
   * @param control what answers; it must be callable on the loop
   * @throws IOException when it cannot listen there
   */
  public static ControlServer start(EventLoop loop, Endpoint where, MpathControl control)
      throws IOException {
    return new ControlServer(loop, where, control);
  }

  /** Returns where it listens. Any thread. */
  public Endpoint endpoint() {
    return listener.local();
  }

  /** Tells the clients that it ends, and ends. Idempotent. Loop thread only. */
  @Override
  public void close() {
    listener.close();
    for (ControlConnection connection : List.copyOf(connections)) {
      connection.refuse(new ControlException("ESHUTDOWN", "the process ends"));
    }
  }

  private @Nullable StreamHandler accept(Endpoint remote) {
    if (connections.size() >= MAX_CONNECTIONS) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a control client is refused: all {0} connections are in use",
          MAX_CONNECTIONS);
      return null;
    }
    ControlConnection connection =
        new ControlConnection(loop, control, buffers, connections::remove);
    connections.add(connection);
    return connection;
  }
}
