package io.multipath4j.nbd;

import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves block devices over NBD (fixed newstyle) on one event loop, the one that owns the devices.
 *
 * <p>Requests go to the device as they come, many at a time; replies leave in the order in which
 * the device is done. A client that breaks the protocol, dies or does not take its replies loses
 * its own connection and nothing else.
 */
public final class NbdServer {

  /** Reads of the clock per stall timeout. */
  private static final int STALL_CHECKS_PER_TIMEOUT = 4;

  private static final System.Logger LOG = System.getLogger(NbdServer.class.getName());

  private final EventLoop loop;
  private final NbdServerConfig config;
  private final ExportCatalog exports;
  private final ServerMemory memory;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<Live> live = new ArrayList<>();
  private final ArrayDeque<ReceiveBuffer> idleReceiveBuffers = new ArrayDeque<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile List<Live> liveSnapshot = List.of();
  private volatile List<Endpoint> endpoints = List.of();
  private @Nullable Timer stallTimer;
  private @Nullable Timer closeTimer;
  private boolean closing;

  private record Live(Connection connection, String remote) {}

  private NbdServer(EventLoop loop, NbdServerConfig config) {
    this.loop = loop;
    this.config = config;
    this.exports = new ExportCatalog(config.exports());
    this.memory = ServerMemory.of(config);
  }

  /**
   * Listens on all endpoints of {@code config}. Loop thread only.
   *
   * @throws IOException when an endpoint cannot be bound; then nothing is left behind
   */
  public static NbdServer start(EventLoop loop, NbdServerConfig config) throws IOException {
    NbdServer server = new NbdServer(loop, config);
    try {
      for (Endpoint endpoint : config.endpoints()) {
        server.listeners.add(loop.listen(endpoint, server::accept));
      }
    } catch (IOException e) {
      server.listeners.forEach(Listener::close);
      throw e;
    }
    server.endpoints = server.listeners.stream().map(Listener::local).toList();
    return server;
  }

  /** Returns where this server listens, with real ports. Callable from any thread. */
  public List<Endpoint> endpoints() {
    return endpoints;
  }

  /**
   * Returns what all connections together have done with an export. Callable from any thread.
   *
   * @throws IllegalArgumentException when there is no export of that name
   */
  public NbdStatistics statistics(String exportName) {
    ServedExport export = exports.find(exportName);
    if (export == null) {
      throw new IllegalArgumentException("this server has no export named " + exportName);
    }
    return export.counters.snapshot();
  }

  /** Returns the clients that are connected. Callable from any thread. */
  public List<NbdConnection> connections() {
    return liveSnapshot.stream().map(one -> one.connection().describe(one.remote())).toList();
  }

  /**
   * Offers one more device. Loop thread only.
   *
   * @throws IllegalArgumentException when there is an export of that name, or NBD cannot serve the
   *     device
   */
  public void addExport(NbdExport export) {
    exports.add(export);
  }

  /**
   * Withdraws an export: the connections that use it end, what they have in flight is answered with
   * ESHUTDOWN. Loop thread only.
   *
   * @return false when there is no export of exactly that name
   */
  public boolean removeExport(String name) {
    ServedExport removed = exports.remove(name);
    if (removed == null) {
      return false;
    }
    for (Live one : List.copyOf(live)) {
      if (one.connection().uses(removed)) {
        one.connection().shutDownNow();
      }
    }
    return true;
  }

  /**
   * Goes away in order: stops listening, answers new requests with ESHUTDOWN, lets those in flight
   * finish, and after {@code timeoutMillis} answers the rest with ESHUTDOWN as well and ends all
   * connections. Bios that the device has not completed by then keep their buffers until it does.
   * Callable from any thread, and again with a shorter time.
   *
   * @param timeoutMillis 0 or more
   * @return completed on the loop when no connection is left
   */
  public CompletionStage<Void> close(long timeoutMillis) {
    if (loop.inEventLoop()) {
      closeOnLoop(timeoutMillis);
    } else {
      try {
        loop.execute(() -> closeOnLoop(timeoutMillis));
      } catch (RejectedExecutionException e) {
        closed.completeExceptionally(e);
      }
    }
    return closed.minimalCompletionStage();
  }

  private void closeOnLoop(long timeoutMillis) {
    closing = true;
    listeners.forEach(Listener::close);
    for (Live one : List.copyOf(live)) {
      one.connection().shutDown();
    }
    if (closeTimer != null) {
      closeTimer.cancel();
    }
    if (live.isEmpty()) {
      closed.complete(null);
    } else {
      closeTimer =
          loop.schedule(TimeUnit.MILLISECONDS.toNanos(timeoutMillis), this::closeConnectionsNow);
    }
  }

  private void closeConnectionsNow() {
    for (Live one : List.copyOf(live)) {
      one.connection().shutDownNow();
    }
  }

  private @Nullable StreamHandler accept(Endpoint remote) {
    if (closing || live.size() >= config.maxConnections()) {
      LOG.log(
          System.Logger.Level.WARNING,
          () ->
              "NBD client "
                  + remote
                  + " refused: "
                  + (closing
                      ? "the server is shutting down"
                      : "all " + config.maxConnections() + " connections are in use"));
      return null;
    }
    ReceiveBuffer in = idleReceiveBuffers.pollLast();
    if (in == null) {
      in = new ReceiveBuffer();
    }
    Connection connection = new Connection(this, loop, config, in);
    live.add(new Live(connection, remote.toString()));
    liveSnapshot = List.copyOf(live);
    if (stallTimer == null) {
      scheduleStallCheck();
    }
    return connection;
  }

  /** A connection has ended; called once for each. */
  void ended(Connection connection) {
    live.removeIf(one -> one.connection() == connection);
    liveSnapshot = List.copyOf(live);
    connection.receiveBuffer().reset();
    idleReceiveBuffers.addLast(connection.receiveBuffer());
    if (live.isEmpty()) {
      if (stallTimer != null) {
        stallTimer.cancel();
        stallTimer = null;
      }
      if (closing) {
        if (closeTimer != null) {
          closeTimer.cancel();
        }
        closed.complete(null);
      }
    }
  }

  private void scheduleStallCheck() {
    if (config.stallTimeoutMillis() > 0) {
      long limitNanos = TimeUnit.MILLISECONDS.toNanos(config.stallTimeoutMillis());
      stallTimer =
          loop.schedule(limitNanos / STALL_CHECKS_PER_TIMEOUT, () -> checkStalls(limitNanos));
    }
  }

  private void checkStalls(long limitNanos) {
    long now = loop.clock().nanoTime();
    for (Live one : List.copyOf(live)) {
      one.connection().checkStall(now, limitNanos);
    }
    stallTimer = null;
    if (!live.isEmpty()) {
      scheduleStallCheck();
    }
  }

  ExportCatalog exports() {
    return exports;
  }

  ServerMemory memory() {
    return memory;
  }
}
