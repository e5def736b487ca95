package io.multipath4j.nbd;

import java.nio.ByteBuffer;

/**
 * The memory that the connections of a server share.
 *
 * @param pool payload of requests
 * @param shareBytes what one connection may hold of it, so that a client that does not take its
 *     replies cannot stop the others
 * @param zeroes read-only zeroes, as long as the longest write that stands for WRITE_ZEROES
 */
record ServerMemory(PayloadPool pool, long shareBytes, ByteBuffer zeroes) {

  private static final int SHARES = 4;

  static ServerMemory of(NbdServerConfig config) {
    return new ServerMemory(
        new PayloadPool(config.bufferBytes()),
        Math.max(config.maxPayloadBytes(), config.bufferBytes() / SHARES),
        ByteBuffer.allocateDirect(Request.MAX_ZERO_WRITE_BYTES).asReadOnlyBuffer());
  }
}
