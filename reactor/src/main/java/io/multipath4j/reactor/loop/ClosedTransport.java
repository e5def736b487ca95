package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Endpoint;
import java.nio.ByteBuffer;

/**
 * The transport of a stream that never came to be.
 *
 * @param local stands for this side's address
 */
public record ClosedTransport(Endpoint local) implements Transport {

  @Override
  public long read(ByteBuffer[] targets, int count) {
    return 0;
  }

  @Override
  public long write(ByteBuffer[] segments, int count) {
    return 0;
  }

  @Override
  public void interest(boolean read, boolean write) {}

  @Override
  public void close() {}

  @Override
  public void reset() {}
}
