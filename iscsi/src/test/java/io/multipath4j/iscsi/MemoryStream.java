package io.multipath4j.iscsi;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.WriteCompletion;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A stream whose output is one growing piece of memory; allocates nothing per call. */
public final class MemoryStream implements Stream {

  private static final Endpoint NOWHERE =
      new Endpoint.Tcp(InetSocketAddress.createUnresolved("memory", 1));

  private final ByteBuffer output = ByteBuffer.allocateDirect(4 * 1024 * 1024);
  private final ByteBuffer stage = output.duplicate();
  private int filled;
  private boolean closed;

  /** Makes an empty one. */
  public MemoryStream() {}

  /** Returns all output so far, and forgets it. */
  public byte[] take() {
    byte[] bytes = new byte[filled];
    output.get(0, bytes);
    filled = 0;
    return bytes;
  }

  /** Returns the output buffer; {@link #length} bytes of it count. */
  public ByteBuffer output() {
    return output;
  }

  public int length() {
    return filled;
  }

  public void clear() {
    filled = 0;
  }

  @Override
  public Endpoint remote() {
    return NOWHERE;
  }

  @Override
  public Endpoint local() {
    return NOWHERE;
  }

  @Override
  public ByteBuffer stage(int byteCount) {
    stage.limit(filled + byteCount).position(filled);
    for (int i = 0; i < byteCount; i++) {
      stage.put(filled + i, (byte) 0xEE); // whoever relies on zeroes is found out
    }
    filled += byteCount;
    return stage;
  }

  @Override
  public void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    output.put(filled, payload, offset, length);
    filled += length;
    if (written != null) {
      written.written();
    }
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public void setReading(boolean reading) {}

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void reset() {
    closed = true;
  }
}
