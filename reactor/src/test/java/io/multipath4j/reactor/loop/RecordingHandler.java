package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A handler that keeps what happens to it, and can be told to do more. */
public final class RecordingHandler implements StreamHandler {

  public final List<String> events = new ArrayList<>();
  public final ByteArrayOutputStream received = new ByteArrayOutputStream();
  public Stream stream;
  public IOException cause;
  public boolean closed;
  public int drained;
  public int reads;
  public int bufferBytes = 16 * 1024;
  public Consumer<RecordingHandler> whenConnected = handler -> {};
  public Consumer<RecordingHandler> whenRead = handler -> {};
  public Consumer<RecordingHandler> whenDrained = handler -> {};
  public Consumer<RecordingHandler> whenClosed = handler -> {};
  private ByteBuffer first;
  private ByteBuffer second;

  @Override
  public void onConnected(Stream stream) {
    this.stream = stream;
    events.add("connected");
    first = ByteBuffer.allocateDirect(bufferBytes / 2);
    second = ByteBuffer.allocateDirect(bufferBytes - bufferBytes / 2);
    whenConnected.accept(this);
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    targets[0] = first.clear();
    targets[1] = second.clear();
    return 2;
  }

  @Override
  public void onRead(Stream stream, int byteCount) {
    reads++;
    if (first.position() + second.position() != byteCount) {
      throw new IllegalStateException("targets and count differ");
    }
    collect(first);
    collect(second);
    whenRead.accept(this);
  }

  private void collect(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    received.writeBytes(bytes);
  }

  @Override
  public void onDrained(Stream stream) {
    drained++;
    events.add("drained");
    whenDrained.accept(this);
  }

  @Override
  public void onClosed(Stream stream, IOException cause) {
    events.add(cause == null ? "finished" : "lost");
    this.cause = cause;
    closed = true;
    whenClosed.accept(this);
  }

  public String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  public boolean isConnected() {
    return stream != null;
  }
}
