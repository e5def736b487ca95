package io.multipath4j.array.server;

import io.multipath4j.array.lu.TargetPort;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.StreamHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One address of the target, which is one SCSI target port, and what can go wrong with it at run
 * time. The fault methods are callable from any thread: on another one than the loop's they return
 * before they take effect, in the order of the calls.
 */
public final class Portal {

  /** Most connections of a portal, logged in or not; more are reset. */
  public static final int MAX_CONNECTIONS = 128;

  /** Most sessions of a portal; the next login is refused with "out of resources". */
  public static final int MAX_SESSIONS = 64;

  private static final long REBIND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final System.Logger LOG = System.getLogger(Portal.class.getName());

  private final IscsiServer server;
  private final int tag;
  private final TargetPort port;
  private final List<Connection> connections = new ArrayList<>();
  private final List<CommandFault> faults = new ArrayList<>();
  private volatile Endpoint address;
  private @Nullable Listener listener;
  private boolean closed;
  private boolean dark;
  private long delayNanos;
  private final ArrayDeque<Runnable> heldAnswers = new ArrayDeque<>();

  /**
   * Makes a portal that does not listen yet.
   *
   * @param tag target portal group tag, 1 to 65535: a portal is a group of its own, and so a target
   *     port of its own
   */
  public Portal(IscsiServer server, Endpoint address, int tag, TargetPort port) {
    this.server = server;
    this.address = address;
    this.tag = tag;
    this.port = port;
    server.add(this);
  }

  /** Starts to listen. Loop thread only. */
  public void open() throws IOException {
    Listener opened = server.loop.listen(address, this::accept);
    listener = opened;
    address = opened.local();
  }

  /** Stops to listen for good and drops all connections. Loop thread only. */
  public void close() {
    closed = true;
    stopListening();
    dropConnections("the array is closed");
  }

  /** Returns where it listens, with the real port once it is open. Any thread. */
  public Endpoint address() {
    return address;
  }

  /** Returns the target portal group tag. Any thread. */
  public int tag() {
    return tag;
  }

  /** Returns the SCSI target port. Any thread. */
  public TargetPort port() {
    return port;
  }

  /** Returns the number of open connections. Loop thread only. */
  public int connectionCount() {
    return connections.size();
  }

  // ---- Faults

  /** Resets all connections and refuses new ones until {@link #restore}. */
  public void cut() {
    onLoop(() -> {
      stopListening();
      dropConnections("the portal is cut");
    });
  }

  /** Resets all connections and accepts new ones. */
  public void resetConnections() {
    onLoop(() -> dropConnections("the portal resets its connections"));
  }

  /** Refuses new connections until {@link #restore}; those that stand go on. */
  public void refuse() {
    onLoop(this::stopListening);
  }

  /**
   * Stops to read and to answer. The connections stay open. New ones are taken, and never answered:
   * on real sockets the kernel would complete their handshake anyway. {@link #restore} lets
   * everything go on, so that what initiators had sent meanwhile is executed late.
   */
  public void blackHole() {
    onLoop(() -> setDark(true));
  }

  /** Executes and answers each command, ping and task management function this much later. */
  public void delay(long nanos) {
    onLoop(() -> delayNanos = nanos);
  }

  /** Adds a fault of commands. The first that hits a command decides about it. */
  public void inject(CommandFault fault) {
    onLoop(() -> faults.add(fault));
  }

  /** Ends all faults: listens, reads, answers at once, and leaves commands alone. */
  public void restore() {
    onLoop(() -> {
      delayNanos = 0;
      faults.clear();
      listenAgain();
      setDark(false);
    });
  }

  private void onLoop(Runnable action) {
    if (server.loop.inEventLoop()) {
      action.run();
    } else {
      server.loop.execute(action);
    }
  }

  private void setDark(boolean nowDark) {
    if (dark != nowDark) {
      dark = nowDark;
      for (Connection connection : List.copyOf(connections)) {
        connection.darknessChanged();
      }
      while (!dark && !heldAnswers.isEmpty()) {
        heldAnswers.remove().run();
      }
    }
  }

  private void stopListening() {
    Listener open = listener;
    if (open != null) {
      listener = null;
      open.close();
    }
  }

  /** Somebody else may have taken the port meanwhile: it is tried until it is free again. */
  private void listenAgain() {
    if (listener != null || closed) {
      return;
    }
    try {
      open();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "portal {0} cannot listen again, will retry: {1}", address, e);
      server.loop.schedule(REBIND_NANOS, this::listenAgain);
    }
  }

  private void dropConnections(String reason) {
    for (Connection connection : List.copyOf(connections)) {
      connection.abort(reason);
    }
  }

  // ---- For connections

  IscsiServer server() {
    return server;
  }

  boolean isDark() {
    return dark;
  }

  long delayNanos() {
    return delayNanos;
  }

  /** Runs an answer whose time has come now, or, in a black hole, when that ends. */
  void answer(Runnable answer) {
    if (dark) {
      heldAnswers.add(answer);
    } else {
      answer.run();
    }
  }

  @Nullable CommandFault faultOf(int opcode, int lun) {
    for (int i = 0; i < faults.size(); i++) {
      if (faults.get(i).hits(opcode, lun)) {
        return faults.get(i);
      }
    }
    return null;
  }

  boolean hasRoomForSession() {
    int count = 0;
    for (Session session : server.sessions()) {
      count += session.portal() == this ? 1 : 0;
    }
    return count < MAX_SESSIONS;
  }

  void ended(Connection connection) {
    connections.remove(connection);
  }

  private @Nullable StreamHandler accept(Endpoint remote) {
    if (connections.size() >= MAX_CONNECTIONS) {
      LOG.log(
          Level.WARNING,
          "portal {0} refuses {1}: it has {2} connections",
          address,
          remote,
          MAX_CONNECTIONS);
      return null;
    }
    Connection connection = new Connection(this);
    connections.add(connection);
    return connection;
  }

  @Override
  public String toString() {
    return address + "," + tag;
  }
}
