package io.multipath4j.nbd;

import io.multipath4j.reactor.Endpoint;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server serves, where, and its limits. Make one with {@link #builder()}.
 *
 * @param exports at least one, names distinct; the one named "" is the default export, or else the
 *     first
 * @param endpoints where to listen, at least one
 * @param allowRemote permits TCP endpoints that other hosts can reach; there is no TLS
 * @param maxConnections connections beyond are reset; 1 or more
 * @param maxPayloadBytes longest READ or WRITE, advertised to clients; a power of two from 64 KiB
 *     to 32 MiB
 * @param bufferBytes memory for payload of all connections together, at least {@code
 *     maxPayloadBytes}; requests wait when it is used up
 * @param handshakeTimeoutMillis a client that has not finished its handshake by then is dropped; 1
 *     or more
 * @param stallTimeoutMillis a client that neither takes its replies nor completes a payload it
 *     began for so long is dropped; 0 means never
 */
public record NbdServerConfig(
    List<NbdExport> exports,
    List<Endpoint> endpoints,
    boolean allowRemote,
    int maxConnections,
    int maxPayloadBytes,
    int bufferBytes,
    long handshakeTimeoutMillis,
    long stallTimeoutMillis) {

  /** Default of {@link #maxConnections()}. */
  public static final int DEFAULT_MAX_CONNECTIONS = 64;

  /** Default of {@link #maxPayloadBytes()}. */
  public static final int DEFAULT_MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  /** Default of {@link #bufferBytes()}. */
  public static final int DEFAULT_BUFFER_BYTES = 64 * 1024 * 1024;

  /** Default of {@link #handshakeTimeoutMillis()}. */
  public static final long DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 10_000;

  /** Default of {@link #stallTimeoutMillis()}. */
  public static final long DEFAULT_STALL_TIMEOUT_MILLIS = 60_000;

  private static final int MIN_MAX_PAYLOAD_BYTES = 64 * 1024;
  private static final int MAX_MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

  /** Checks everything. */
  public NbdServerConfig {
    exports = List.copyOf(exports);
    endpoints = List.copyOf(endpoints);
    checkExports(exports);
    check(!endpoints.isEmpty(), "no endpoint to listen on");
    for (Endpoint endpoint : endpoints) {
      check(
          allowRemote || isLocal(endpoint),
          endpoint
              + " can be reached from other hosts, and NBD has no access control: listen on a Unix"
              + " socket or on loopback, or allow remote clients explicitly");
    }
    check(maxConnections >= 1, "maxConnections " + maxConnections + ": expected 1 or more");
    check(
        maxPayloadBytes >= MIN_MAX_PAYLOAD_BYTES
            && maxPayloadBytes <= MAX_MAX_PAYLOAD_BYTES
            && Integer.bitCount(maxPayloadBytes) == 1,
        "maxPayloadBytes " + maxPayloadBytes + ": expected a power of two from 64 KiB to 32 MiB");
    check(
        bufferBytes >= maxPayloadBytes,
        "bufferBytes " + bufferBytes + ": expected at least maxPayloadBytes " + maxPayloadBytes);
    check(handshakeTimeoutMillis >= 1, "handshakeTimeoutMillis: expected 1 or more");
    check(stallTimeoutMillis >= 0, "stallTimeoutMillis: expected 0 (never) or more");
  }

  private static void checkExports(List<NbdExport> exports) {
    check(!exports.isEmpty(), "no export to serve");
    Set<String> names = new HashSet<>();
    for (NbdExport export : exports) {
      check(names.add(export.name()), "two exports are named \"" + export.name() + "\"");
    }
  }

  private static boolean isLocal(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Unix unix -> true;
      case Endpoint.Tcp(InetSocketAddress address) ->
          !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    };
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException("NBD server: " + message);
    }
  }

  /** Starts a configuration with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects a configuration. Not thread safe. */
  public static final class Builder {

    private final List<NbdExport> exports = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private boolean allowRemote;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private int maxPayloadBytes = DEFAULT_MAX_PAYLOAD_BYTES;
    private int bufferBytes = DEFAULT_BUFFER_BYTES;
    private long handshakeTimeoutMillis = DEFAULT_HANDSHAKE_TIMEOUT_MILLIS;
    private long stallTimeoutMillis = DEFAULT_STALL_TIMEOUT_MILLIS;

    private Builder() {}

    /** Adds an export. */
    public Builder export(NbdExport export) {
      exports.add(export);
      return this;
    }

    /** Adds a place to listen. */
    public Builder listen(Endpoint endpoint) {
      endpoints.add(endpoint);
      return this;
    }

    /** Sets {@link NbdServerConfig#allowRemote()}. */
    public Builder allowRemote(boolean allow) {
      allowRemote = allow;
      return this;
    }

    /** Sets {@link NbdServerConfig#maxConnections()}. */
    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    /** Sets {@link NbdServerConfig#maxPayloadBytes()}. */
    public Builder maxPayloadBytes(int byteCount) {
      maxPayloadBytes = byteCount;
      return this;
    }

    /** Sets {@link NbdServerConfig#bufferBytes()}. */
    public Builder bufferBytes(int byteCount) {
      bufferBytes = byteCount;
      return this;
    }

    /** Sets {@link NbdServerConfig#handshakeTimeoutMillis()}. */
    public Builder handshakeTimeoutMillis(long millis) {
      handshakeTimeoutMillis = millis;
      return this;
    }

    /** Sets {@link NbdServerConfig#stallTimeoutMillis()}. */
    public Builder stallTimeoutMillis(long millis) {
      stallTimeoutMillis = millis;
      return this;
    }

    /**
     * Makes the configuration.
     *
     * @throws IllegalArgumentException when something is missing or out of range
     */
    public NbdServerConfig build() {
      return new NbdServerConfig(
          exports,
          endpoints,
          allowRemote,
          maxConnections,
          maxPayloadBytes,
          bufferBytes,
          handshakeTimeoutMillis,
          stallTimeoutMillis);
    }
  }
}
