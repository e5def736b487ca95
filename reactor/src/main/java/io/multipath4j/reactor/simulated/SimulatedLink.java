package io.multipath4j.reactor.simulated;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way between the two sides of a connection, or of all connections to a portal, and its faults.
 * They can be changed at any time; see {@link SimulatedNetwork#link}.
 *
 * <p>A connection's own settings go before those of its portal, except that it is a black hole if
 * either is.
 */
public final class SimulatedLink {

  /** The shortest latency of a link that was not given one. */
  public static final long DEFAULT_MIN_LATENCY_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** The longest latency of a link that was not given one. */
  public static final long DEFAULT_MAX_LATENCY_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** Bytes that one direction of a link takes before the receiver has read them. */
  public static final int DEFAULT_WINDOW_BYTES = 256 * 1024;

  private final SimulatedNetwork network;
  private final @Nullable SimulatedLink portal;
  private final Set<SimulatedConnection> connections = new LinkedHashSet<>();
  private @Nullable Latency latency;
  private @Nullable Integer windowBytes;
  private @Nullable Integer maxPieceBytes;
  private boolean blackHole;
  private boolean refusing;

  private record Latency(long minNanos, long maxNanos) {}

  SimulatedLink(SimulatedNetwork network, @Nullable SimulatedLink portal) {
    this.network = network;
    this.portal = portal;
  }

  // ---- faults

  /**
   * Sets how long each piece takes, evenly distributed; the order of bytes is kept.
   *
   * @param minNanos at least 1
   * @param maxNanos at least {@code minNanos}
   */
  public void latency(long minNanos, long maxNanos) {
    if (minNanos < 1 || maxNanos < minNanos) {
      throw new IllegalArgumentException(
          "latency from " + minNanos + " to " + maxNanos + " ns: 1 <= min <= max is needed");
    }
    latency = new Latency(minNanos, maxNanos);
  }

  /**
   * Sets how many bytes one direction takes before the receiver has read them, as socket buffers
   * do. Beyond, writes take nothing.
   */
  public void window(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("window of " + bytes + " bytes: at least 1 is needed");
    }
    windowBytes = bytes;
  }

  /**
   * Cuts everything into pieces of random length from 1 to {@code maxBytes}: what one write takes,
   * what travels together, and what one read gives. 0 ends that.
   */
  public void pieces(int maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("pieces of at most " + maxBytes + " bytes");
    }
    maxPieceBytes = maxBytes;
  }

  /**
   * Lets everything vanish, in both directions, and tells nobody: bytes (also those on their way),
   * FIN, attempts to connect. They are kept as a sender would keep them to send them again, so that
   * {@link #heal} lets them arrive; a RST is lost for good.
   */
  public void blackHole() {
    blackHole = true;
  }

  /** Refuses new connections. Those that exist stay. */
  public void refuse() {
    refusing = true;
  }

  /** Ends {@link #blackHole} and {@link #refuse}. What was kept travels again. */
  public void heal() {
    blackHole = false;
    refusing = false;
    for (SimulatedConnection connection : List.copyOf(connections)) {
      if (!connection.link().isBlackHole()) {
        connection.retransmit();
      }
    }
  }

  /**
   * Resets the connections: both sides get "Connection reset" at once, black hole or not. What was
   * on its way or not yet read is lost. New connections are not affected.
   */
  public void reset() {
    List.copyOf(connections).forEach(SimulatedConnection::resetBoth);
  }

  /**
   * Lets the other side of the connections vanish, as a host that loses power: neither side ever
   * hears of the other again, not even after {@link #heal}; only {@link #reset} ends it. New
   * connections are not affected.
   */
  public void halfOpen() {
    List.copyOf(connections).forEach(SimulatedConnection::vanish);
  }

  /** Returns how many connections use this link and are open on at least one side. */
  public int connectionCount() {
    return connections.size();
  }

  // ---- for connections

  boolean isBlackHole() {
    return blackHole || (portal != null && portal.isBlackHole());
  }

  boolean isRefusing() {
    return refusing || (portal != null && portal.isRefusing());
  }

  int windowBytes() {
    if (windowBytes != null) {
      return windowBytes;
    }
    return portal == null ? DEFAULT_WINDOW_BYTES : portal.windowBytes();
  }

  long nextLatencyNanos() {
    if (latency != null) {
      return network.random().nextLong(latency.minNanos, latency.maxNanos + 1);
    }
    if (portal != null) {
      return portal.nextLatencyNanos();
    }
    return network.random().nextLong(DEFAULT_MIN_LATENCY_NANOS, DEFAULT_MAX_LATENCY_NANOS + 1);
  }

  /** Returns how many of {@code bytes} go in the next piece. */
  int nextPieceBytes(int bytes) {
    int maxBytes = maxPieceBytes();
    RandomGenerator random = network.random();
    return maxBytes == 0 || bytes == 0 ? bytes : Math.min(bytes, random.nextInt(1, maxBytes + 1));
  }

  private int maxPieceBytes() {
    if (maxPieceBytes != null) {
      return maxPieceBytes;
    }
    return portal == null ? 0 : portal.maxPieceBytes();
  }

  void add(SimulatedConnection connection) {
    connections.add(connection);
    if (portal != null) {
      portal.add(connection);
    }
  }

  void remove(SimulatedConnection connection) {
    connections.remove(connection);
    if (portal != null) {
      portal.remove(connection);
    }
  }
}
