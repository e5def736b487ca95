package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.WriteCompletion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stream over any {@link Transport}: all of a stream's behaviour that is not the transport's. */
public final class LoopStream implements Stream {

  /** Output that may be pending, in segments; a stream beyond it is reset. */
  public static final int MAX_PENDING_SEGMENTS = 1 << 16;

  /** Output that may be pending, in bytes; a stream beyond it is reset. */
  public static final long MAX_PENDING_BYTES = 256L << 20;

  /** Reads of one stream in one turn, while each of them fills all targets. */
  static final int MAX_READS_PER_TURN = 4;

  /** Gathering writes of one stream in one flush, while each of them takes everything. */
  static final int MAX_WRITES_PER_FLUSH = 16;

  private static final System.Logger LOG = System.getLogger(LoopStream.class.getName());

  private enum State {
    CONNECTING,
    CONNECTED,
    /** Ended, and the handler is still to be told. */
    FAILED,
    CLOSED
  }

  private final LoopCore core;
  private final Transport transport;
  private final StreamHandler handler;
  private final Endpoint remote;
  private final StreamOutput output;
  private State state = State.CONNECTING;
  private boolean reading = true;

  /** The transport took less than all: nothing is tried until it tells that it is writable. */
  private boolean blocked;

  /** Since it was blocked, not everything has left. */
  private boolean wantsDrained;

  private boolean dirty;

  /**
   * Makes a stream that is not connected yet.
   *
   * @param remote the other side
   */
  public LoopStream(LoopCore core, Transport transport, Endpoint remote, StreamHandler handler) {
    this.core = core;
    this.transport = transport;
    this.remote = remote;
    this.handler = handler;
    this.output = new StreamOutput(core.staging);
  }

  // ---- the handler's side

  @Override
  public Endpoint remote() {
    return remote;
  }

  @Override
  public Endpoint local() {
    return transport.local();
  }

  @Override
  public ByteBuffer stage(int byteCount) {
    if (byteCount < 1 || byteCount > MAX_STAGE) {
      throw new IllegalArgumentException(
          "cannot stage " + byteCount + " bytes: 1 to " + MAX_STAGE + " are possible");
    }
    if (!accepts(byteCount)) {
      return core.staging.scratch(byteCount);
    }
    return output.stage(byteCount);
  }

  @Override
  public void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    Objects.checkFromIndexSize(offset, length, payload.capacity());
    if (accepts(length)) {
      output.write(payload, offset, length, written);
    }
  }

  /** Tells whether output can be appended; if so, this turn will flush it. */
  private boolean accepts(int byteCount) {
    if (isClosed()) {
      return false;
    }
    if (output.pendingBytes() + byteCount > MAX_PENDING_BYTES
        || output.pendingSegments() >= MAX_PENDING_SEGMENTS) {
      failLater(
          new IOException(
              ("connection to %s reset: it does not take what is sent; %d bytes in %d parts were"
                      + " pending, at most %d in %d may be")
                  .formatted(
                      remote,
                      output.pendingBytes(),
                      output.pendingSegments(),
                      MAX_PENDING_BYTES,
                      MAX_PENDING_SEGMENTS)));
      return false;
    }
    if (!dirty && !blocked) {
      dirty = true;
      core.markDirty(this);
    }
    return true;
  }

  @Override
  public long pendingBytes() {
    return output.pendingBytes();
  }

  @Override
  public void setReading(boolean reading) {
    if (this.reading != reading) {
      this.reading = reading;
      updateInterest();
    }
  }

  @Override
  public boolean isClosed() {
    return state == State.CLOSED || state == State.FAILED;
  }

  @Override
  public void close() {
    State before = state;
    state = State.CLOSED;
    if (before == State.CONNECTED) {
      sendLast();
    }
    if (before == State.CONNECTED || before == State.CONNECTING) {
      output.clear();
      transport.close();
    }
  }

  @Override
  public void reset() {
    State before = state;
    state = State.CLOSED;
    if (before == State.CONNECTED || before == State.CONNECTING) {
      output.clear();
      transport.reset();
    }
  }

  /** Sends what is pending, once, and tells nobody: the stream is already closed. */
  private void sendLast() {
    try {
      while (!output.isEmpty()) {
        int count = output.gather(core.gather);
        long sent = transport.write(core.gather, count);
        output.advance(sent);
        if (sent < output.gatheredBytes()) {
          return;
        }
      }
    } catch (IOException e) {
      // The owner has closed the stream and is not told any more. That the other side was faster
      // changes nothing for it.
      LOG.log(System.Logger.Level.DEBUG, () -> "last bytes to " + remote + " were not sent: " + e);
    }
  }

  // ---- the loop's side

  /** Returns what is under this stream. */
  public Transport transport() {
    return transport;
  }

  /** The transport is connected. */
  public void connected() {
    if (state != State.CONNECTING) {
      return;
    }
    state = State.CONNECTED;
    updateInterest();
    if (!output.isEmpty() && !dirty) {
      dirty = true;
      core.markDirty(this);
    }
    try {
      handler.onConnected(this);
    } catch (RuntimeException | Error e) {
      handlerFailed(e);
    }
  }

  /** Something has arrived: reads it, once or a few times. */
  public void readable() {
    try {
      for (int reads = 0; reads < MAX_READS_PER_TURN; reads++) {
        if (state != State.CONNECTED || !reading || !readOnce()) {
          return;
        }
      }
    } catch (IOException e) {
      lost(e);
    } catch (RuntimeException | Error e) {
      handlerFailed(e);
    }
  }

  /** Returns true if there may be more to read at once. */
  private boolean readOnce() throws IOException {
    ByteBuffer[] targets = core.targets;
    int count = handler.readTargets(targets);
    long room = 0;
    for (int i = 0; i < count; i++) {
      room += targets[i].remaining();
    }
    if (room == 0) {
      throw new IllegalStateException(
          "handler of the connection to " + remote + " gave " + count + " targets without room");
    }
    long byteCount = transport.read(targets, count);
    if (byteCount > 0) {
      handler.onRead(this, (int) byteCount);
      return byteCount == room;
    }
    if (byteCount < 0) {
      finished();
    }
    return false;
  }

  /** The transport takes bytes again. */
  public void writable() {
    if (state == State.CONNECTED && blocked) {
      blocked = false;
      if (!dirty) {
        dirty = true;
        core.markDirty(this);
      }
    }
  }

  /** Sends what was appended. */
  void flush() {
    dirty = false;
    if (state != State.CONNECTED || blocked) {
      return;
    }
    try {
      for (int writes = 0; !output.isEmpty(); writes++) {
        if (writes == MAX_WRITES_PER_FLUSH) {
          dirty = true;
          core.markDirty(this);
          return;
        }
        int count = output.gather(core.gather);
        long sent = transport.write(core.gather, count);
        boolean all = sent == output.gatheredBytes();
        output.advance(sent);
        if (!all) {
          blocked = true;
          wantsDrained = true;
          updateInterest();
        }
        output.tell();
        if (!all || state != State.CONNECTED) {
          return;
        }
      }
      if (wantsDrained) {
        wantsDrained = false;
        updateInterest();
        handler.onDrained(this);
      }
    } catch (IOException e) {
      lost(e);
    } catch (RuntimeException | Error e) {
      handlerFailed(e);
    }
  }

  /** The connection was lost, or could not be made. */
  public void lost(IOException cause) {
    if (!isClosed()) {
      state = State.FAILED;
      output.clear();
      transport.close();
      tellClosed(cause);
    }
  }

  /** As {@link #lost} with a reset, but tells the handler later, because it is calling us now. */
  public void failLater(IOException cause) {
    if (!isClosed()) {
      state = State.FAILED;
      output.clear();
      transport.reset();
      core.defer(() -> tellClosed(cause));
    }
  }

  private void finished() {
    state = State.FAILED;
    sendLast();
    output.clear();
    transport.close();
    tellClosed(null);
  }

  private void handlerFailed(Throwable failure) {
    LOG.log(
        System.Logger.Level.ERROR,
        () -> "handler failed, connection to " + remote + " is reset",
        failure);
    if (!isClosed()) {
      state = State.FAILED;
      output.clear();
      transport.reset();
      tellClosed(
          new IOException("connection reset because its handler failed: " + failure, failure));
    }
  }

  private void tellClosed(@Nullable IOException cause) {
    if (state != State.FAILED) {
      return; // closed by its owner meanwhile
    }
    state = State.CLOSED;
    try {
      handler.onClosed(this, cause);
    } catch (RuntimeException | Error e) {
      LOG.log(
          System.Logger.Level.ERROR,
          () -> "handler failed when told that " + remote + " closed",
          e);
    }
  }

  private void updateInterest() {
    if (state == State.CONNECTED) {
      transport.interest(reading, wantsDrained);
    }
  }

  @Override
  public String toString() {
    return "stream to " + remote + " (" + state + ")";
  }
}
