package io.multipath4j.mpath.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes of a stream until they are whole lines, of a bounded length. */
final class LineInput {

  /** The size of a chunk. */
  static final int CHUNK_BYTES = 16 * 1024;

  private final int maxLineBytes;
  private final ByteBuffer chunk;

  /** What is between start and end has come and was not taken; before scanned is no newline. */
  private byte[] bytes = new byte[CHUNK_BYTES];

  private int start;
  private int scanned;
  private int end;

  /**
   * Makes one.
   *
   * @param maxLineBytes the longest line, without its end
   * @param chunk a direct buffer of {@link #CHUNK_BYTES}, in use until the stream is closed
   */
  LineInput(int maxLineBytes, ByteBuffer chunk) {
    this.maxLineBytes = maxLineBytes;
    this.chunk = chunk;
  }

  /** Returns where the next bytes go. */
  ByteBuffer target() {
    return chunk.clear();
  }

  /** Takes what was put into the target. */
  void received() {
    chunk.flip();
    int count = chunk.remaining();
    makeRoom(count);
    chunk.get(bytes, end, count);
    end += count;
  }

  /** Returns the next whole line without its end, or null. */
  byte @Nullable [] poll() {
    while (scanned < end) {
      if (bytes[scanned++] == '\n') {
        byte[] line = Arrays.copyOfRange(bytes, start, scanned - 1);
        start = scanned;
        return line;
      }
    }
    return null;
  }

  /** Tells whether as much has come as one line may have, or more. */
  boolean isFull() {
    return end - start > maxLineBytes;
  }

  private void makeRoom(int count) {
    if (start > 0) {
      System.arraycopy(bytes, start, bytes, 0, end - start);
      scanned -= start;
      end -= start;
      start = 0;
    }
    if (bytes.length - end < count) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + count));
    }
  }
}
