package io.multipath4j.nbd.client;

import io.multipath4j.nbd.wire.Wire;
import java.nio.charset.StandardCharsets;

/**
 * How a client connects.
 *
 * @param exportName what to ask for; empty for the server's default export
 * @param depth most requests in flight, 1 to {@value #MAX_DEPTH}
 * @param structuredReplies ask for structured replies and for {@code base:allocation}; both are
 *     used if the server has them
 * @param handshakeTimeoutMillis from connecting to ready; 1 or more
 * @param requestTimeoutMillis a request that is not answered within this time, and up to a quarter
 *     more, ends the connection; 0 means never
 */
public record NbdClientConfig(
    String exportName,
    int depth,
    boolean structuredReplies,
    long handshakeTimeoutMillis,
    long requestTimeoutMillis) {

  /** Most requests in flight that can be asked for. */
  public static final int MAX_DEPTH = 1024;

  /** Default of {@link #handshakeTimeoutMillis()}. */
  public static final long DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 10_000;

  /** Default of {@link #requestTimeoutMillis()}. */
  public static final long DEFAULT_REQUEST_TIMEOUT_MILLIS = 60_000;

  /** Checks the ranges. */
  public NbdClientConfig {
    if (exportName.getBytes(StandardCharsets.UTF_8).length > Wire.MAX_STRING_BYTES) {
      throw new IllegalArgumentException("export name is longer than 4096 bytes");
    }
    if (depth < 1 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("depth " + depth + ": expected 1 to " + MAX_DEPTH);
    }
    if (handshakeTimeoutMillis < 1 || requestTimeoutMillis < 0) {
      throw new IllegalArgumentException(
          "timeouts: expected 1 ms or more for the handshake, 0 (never) or more for requests");
    }
  }

  /** Returns a configuration with structured replies and the default timeouts. */
  public static NbdClientConfig of(String exportName, int depth) {
    return new NbdClientConfig(
        exportName, depth, true, DEFAULT_HANDSHAKE_TIMEOUT_MILLIS, DEFAULT_REQUEST_TIMEOUT_MILLIS);
  }
}
