package io.multipath4j.mpath.control;

import io.multipath4j.reactor.Stream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Lines on their way out. However long they are, a stream is given one chunk at a time, so that a
 * peer that does not read costs no more than what is queued here.
 */
final class LineOutput {

  /** The size of a chunk. */
  static final int CHUNK_BYTES = 64 * 1024;

  private final Stream stream;
  private final Runnable onDrained;
  private final ByteBuffer chunk;
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();

  /** How much of the first line of the queue has gone into chunks. */
  private int taken;

  private int queuedBytes;
  private boolean writing;

  /**
   * Makes one.
   *
   * @param chunk a direct buffer of {@link #CHUNK_BYTES}, in use until the stream is closed
   * @param onDrained called when everything has left
   */
  LineOutput(Stream stream, ByteBuffer chunk, Runnable onDrained) {
    this.stream = stream;
    this.chunk = chunk;
    this.onDrained = onDrained;
  }

  void send(byte[] line) {
    queue.add(line);
    queuedBytes += line.length;
    if (!writing) {
      writeChunk();
    }
  }

  /** Tells whether less than a chunk waits here. */
  boolean hasRoom() {
    return queuedBytes < CHUNK_BYTES;
  }

  private void writeChunk() {
    chunk.clear();
    byte[] line;
    while (chunk.hasRemaining() && (line = queue.peek()) != null) {
      int count = Math.min(chunk.remaining(), line.length - taken);
      chunk.put(line, taken, count);
      taken += count;
      queuedBytes -= count;
      if (taken == line.length) {
        queue.remove();
        taken = 0;
      }
    }
    writing = true;
    stream.write(chunk, 0, chunk.position(), this::written);
  }

  private void written() {
    if (queue.isEmpty()) {
      writing = false;
      onDrained.run();
    } else {
      writeChunk();
    }
  }
}
