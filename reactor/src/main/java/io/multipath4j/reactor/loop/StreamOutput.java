package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.WriteCompletion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has still to send: a ring of segments, each a range of a buffer.
 *
 * <pre>
 *        told        head                tail
 *   ------+-----------+-------------------+------
 *         | sent, not | to be sent        |
 *         | yet told  |                   |
 * </pre>
 *
 * The indices run freely; a slot is its index and the mask. The slots are made once.
 */
final class StreamOutput {

  private static final int FIRST_SLOTS = 16;

  private static final ByteBuffer NO_BUFFER = ByteBuffer.allocateDirect(0);

  /** A slot of the ring. */
  private static final class Segment {
    ByteBuffer buffer = NO_BUFFER;
    int start;
    int end;
    @Nullable WriteCompletion completion;

    /** Where the range was staged, or null for payload. */
    @Nullable StagingChunk chunk;
  }

  private final StagingPool pool;
  private Segment[] segments = newSegments(new Segment[0], 0, FIRST_SLOTS);
  private int told;
  private int head;
  private int tail;
  private long pendingBytes;
  private long gatheredBytes;
  private @Nullable StagingChunk current;

  StreamOutput(StagingPool pool) {
    this.pool = pool;
  }

  long pendingBytes() {
    return pendingBytes;
  }

  int pendingSegments() {
    return tail - told;
  }

  boolean isEmpty() {
    return head == tail;
  }

  /** Returns the bytes of the last {@link #gather}. */
  long gatheredBytes() {
    return gatheredBytes;
  }

  private Segment segment(int index) {
    Segment[] ring = segments;
    return ring[index & (ring.length - 1)];
  }

  /** Appends a range to be filled in place; ranges that follow each other become one segment. */
  ByteBuffer stage(int byteCount) {
    StagingChunk chunk = current;
    if (chunk == null || !chunk.hasRoom(byteCount)) {
      chunk = nextChunk();
    }
    int start = chunk.filledBytes;
    int end = start + byteCount;
    chunk.filledBytes = end;
    pendingBytes += byteCount;
    Segment last = segment(tail - 1);
    if (head == tail || last.chunk != chunk) {
      last = append(chunk.nextView(), start, null, chunk);
      chunk.pendingSegments++;
    }
    last.end = end;
    return last.buffer.limit(end).position(start);
  }

  void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    append(payload, offset, written, null).end = offset + length;
    pendingBytes += length;
  }

  /**
   * Prepares a gathering write: puts the next segments' buffers into {@code into}, with position
   * and limit set.
   *
   * @return how many, at least 1 unless this is empty
   */
  int gather(ByteBuffer[] into) {
    int count = Math.min(tail - head, into.length);
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      Segment segment = segment(head + i);
      into[i] = segment.buffer.limit(segment.end).position(segment.start);
      bytes += segment.end - segment.start;
    }
    // A buffer object that is queued more than once now holds its last range: the others need an
    // object of their own. Two reads per segment are cheaper than to search when it is queued.
    for (int i = 0; i < count; i++) {
      Segment segment = segment(head + i);
      ByteBuffer buffer = into[i];
      if (buffer.position() != segment.start || buffer.limit() != segment.end) {
        into[i] = buffer.duplicate().limit(segment.end).position(segment.start);
      }
    }
    gatheredBytes = bytes;
    return count;
  }

  /** Notes that the first {@code byteCount} bytes have left. Tells nobody: see {@link #tell}. */
  void advance(long byteCount) {
    pendingBytes -= byteCount;
    long left = byteCount;
    while (head != tail) {
      Segment segment = segment(head);
      int length = segment.end - segment.start;
      if (length > left) {
        segment.start += (int) left;
        return;
      }
      left -= length;
      head++;
      segment.buffer = NO_BUFFER;
      forgetChunk(segment);
    }
    releaseCurrent();
  }

  /**
   * Tells the completions of what has left, in order. They may append to this output, clear it, or
   * throw; all bookkeeping was done by {@link #advance}.
   */
  void tell() {
    while (told != head) {
      Segment segment = segment(told++);
      WriteCompletion completion = segment.completion;
      if (completion != null) {
        segment.completion = null;
        completion.written();
      }
    }
  }

  /** Drops everything; nobody is told. */
  void clear() {
    for (; head != tail; head++) {
      forgetChunk(segment(head));
    }
    for (; told != tail; told++) {
      segment(told).buffer = NO_BUFFER;
      segment(told).completion = null;
    }
    releaseCurrent();
    pendingBytes = 0;
  }

  private StagingChunk nextChunk() {
    StagingChunk full = current;
    if (full != null && full.pendingSegments == 0) {
      pool.release(full);
    }
    StagingChunk chunk = pool.acquire();
    current = chunk;
    return chunk;
  }

  private void forgetChunk(Segment segment) {
    StagingChunk chunk = segment.chunk;
    if (chunk != null) {
      segment.chunk = null;
      if (--chunk.pendingSegments == 0 && chunk != current) {
        pool.release(chunk);
      }
    }
  }

  /** An idle stream holds no staging memory. */
  private void releaseCurrent() {
    StagingChunk chunk = current;
    if (chunk != null) {
      current = null;
      pool.release(chunk);
    }
  }

  private Segment append(
      ByteBuffer buffer,
      int start,
      @Nullable WriteCompletion completion,
      @Nullable StagingChunk chunk) {
    if (tail - told == segments.length) {
      segments = newSegments(segments, told, segments.length * 2);
    }
    Segment segment = segment(tail++);
    segment.buffer = buffer;
    segment.start = start;
    segment.completion = completion;
    segment.chunk = chunk;
    return segment;
  }

  /** Returns a ring with the slots of a full one, each where its index belongs, and new ones. */
  private static Segment[] newSegments(Segment[] full, int first, int count) {
    Segment[] segments = new Segment[count];
    for (int i = 0; i < count; i++) {
      segments[(first + i) & (count - 1)] =
          i < full.length ? full[(first + i) & (full.length - 1)] : new Segment();
    }
    return segments;
  }
}
