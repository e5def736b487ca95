package io.multipath4j.nbd;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.WriteCompletion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection whose other end is the test: bytes arrive in pieces of a chosen
 * size, and leave as far as the test takes them.
 */
final class FakeStream implements Stream {

  private record Segment(
      ByteBuffer buffer, int offset, int length, @Nullable WriteCompletion done) {}

  private final ArrayDeque<Segment> pending = new ArrayDeque<>();
  private final ByteBuffer[] targets = new ByteBuffer[4];
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private byte[] arriving = new byte[0];
  private int headSent;
  private long pendingBytes;
  private boolean blocked;

  StreamHandler handler;
  boolean reading = true;
  boolean closed;
  boolean reset;

  /** Bytes per read. */
  int fragmentBytes = Integer.MAX_VALUE;

  /** Bytes that the client is willing to take from now on. */
  long takes = Long.MAX_VALUE;

  // ---- the test's side

  void send(byte[] bytes) {
    byte[] more = new byte[arriving.length + bytes.length];
    System.arraycopy(arriving, 0, more, 0, arriving.length);
    System.arraycopy(bytes, 0, more, arriving.length, bytes.length);
    arriving = more;
  }

  /** Returns and forgets what the server sent. */
  byte[] received() {
    byte[] result = sent.toByteArray();
    sent.reset();
    return result;
  }

  int undelivered() {
    return arriving.length;
  }

  /** The client is killed: what it sent is lost, and so is what it was sent. */
  void die(@Nullable IOException cause) {
    if (!isClosed()) {
      closed = true;
      pending.clear();
      handler.onClosed(this, cause);
    }
  }

  // ---- the loop's side

  /** Delivers what has arrived, if the handler reads. */
  boolean deliver() {
    boolean moved = false;
    while (arriving.length > 0 && reading && !isClosed()) {
      int count = handler.readTargets(targets);
      int byteCount = 0;
      int limit = Math.min(fragmentBytes, arriving.length);
      for (int i = 0; i < count && byteCount < limit; i++) {
        if (!targets[i].hasRemaining()) {
          throw new AssertionError("target " + i + " of " + count + " has no room");
        }
        int part = Math.min(targets[i].remaining(), limit - byteCount);
        targets[i].put(arriving, byteCount, part);
        byteCount += part;
      }
      byte[] rest = new byte[arriving.length - byteCount];
      System.arraycopy(arriving, byteCount, rest, 0, rest.length);
      arriving = rest;
      handler.onRead(this, byteCount);
      moved = true;
    }
    return moved;
  }

  void flush() {
    while (!pending.isEmpty() && takes > 0 && !isClosed()) {
      Segment head = pending.peekFirst();
      int part = (int) Math.min(head.length - headSent, takes);
      byte[] bytes = new byte[part];
      head.buffer.get(head.offset + headSent, bytes);
      sent.writeBytes(bytes);
      headSent += part;
      takes -= part;
      pendingBytes -= part;
      if (headSent == head.length) {
        pending.removeFirst();
        headSent = 0;
        if (head.done != null) {
          head.done.written();
        }
      }
    }
    if (!pending.isEmpty()) {
      blocked = true;
    } else if (blocked && !isClosed()) {
      blocked = false;
      handler.onDrained(this);
    }
  }

  // ---- Stream

  @Override
  public Endpoint remote() {
    return new Endpoint.Unix(Path.of("client"));
  }

  @Override
  public Endpoint local() {
    return new Endpoint.Unix(Path.of("server"));
  }

  @Override
  public ByteBuffer stage(int byteCount) {
    if (byteCount < 1 || byteCount > MAX_STAGE) {
      throw new IllegalArgumentException("stage of " + byteCount);
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(byteCount);
    write(buffer, 0, byteCount, null);
    return buffer;
  }

  @Override
  public void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    if (!payload.isDirect()) {
      throw new IllegalArgumentException("payload is not direct");
    }
    if (!isClosed()) {
      pending.addLast(new Segment(payload, offset, length, written));
      pendingBytes += length;
    }
  }

  @Override
  public long pendingBytes() {
    return pendingBytes;
  }

  @Override
  public void setReading(boolean wanted) {
    reading = wanted;
  }

  @Override
  public boolean isClosed() {
    return closed || reset;
  }

  @Override
  public void close() {
    while (!pending.isEmpty() && takes > 0) {
      Segment head = pending.removeFirst();
      int part = (int) Math.min(head.length - headSent, takes);
      byte[] bytes = new byte[part];
      head.buffer.get(head.offset + headSent, bytes);
      sent.writeBytes(bytes);
      takes -= part;
      headSent = 0;
    }
    closed = true;
    pending.clear();
    pendingBytes = 0;
  }

  @Override
  public void reset() {
    reset = true;
    pending.clear();
    pendingBytes = 0;
  }
}
