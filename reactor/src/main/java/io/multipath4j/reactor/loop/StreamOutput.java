package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.WriteCompletion;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
 * The indices run freely; a slot is its index and the mask.
 */
final class StreamOutput {

  private static final int FIRST_SLOTS = 16;

  private final StagingPool pool;
  private @Nullable ByteBuffer[] buffers = new @Nullable ByteBuffer[FIRST_SLOTS];
  private @Nullable WriteCompletion[] completions = new @Nullable WriteCompletion[FIRST_SLOTS];
  private @Nullable StagingChunk[] chunks = new @Nullable StagingChunk[FIRST_SLOTS];
  private int[] starts = new int[FIRST_SLOTS];
  private int[] ends = new int[FIRST_SLOTS];
  private int mask = FIRST_SLOTS - 1;
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
    int last = (tail - 1) & mask;
    ByteBuffer view = buffers[last];
    if (head != tail && chunks[last] == chunk && view != null) {
      ends[last] = end;
    } else {
      view = chunk.nextView();
      append(view, start, end, null, chunk);
      chunk.pendingSegments++;
    }
    return view.limit(end).position(start);
  }

  void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    append(payload, offset, offset + length, written, null);
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
      int slot = (head + i) & mask;
      ByteBuffer buffer = occupied(buffers[slot]);
      int start = starts[slot];
      int end = ends[slot];
      into[i] = buffer.limit(end).position(start);
      bytes += end - start;
    }
    // A buffer object that is queued more than once now holds its last range: the others need an
    // object of their own. Two reads per segment are cheaper than to search when it is queued.
    for (int i = 0; i < count; i++) {
      int slot = (head + i) & mask;
      ByteBuffer buffer = into[i];
      if (buffer.position() != starts[slot] || buffer.limit() != ends[slot]) {
        into[i] = buffer.duplicate().limit(ends[slot]).position(starts[slot]);
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
      int slot = head & mask;
      int length = ends[slot] - starts[slot];
      if (length > left) {
        starts[slot] += (int) left;
        return;
      }
      left -= length;
      buffers[slot] = null;
      StagingChunk chunk = chunks[slot];
      if (chunk != null) {
        chunks[slot] = null;
        sent(chunk);
      }
      head++;
    }
    releaseCurrent();
  }

  /**
   * Tells the completions of what has left, in order. They may append to this output, clear it, or
   * throw; all bookkeeping was done by {@link #advance}.
   */
  void tell() {
    while (told != head) {
      int slot = told++ & mask;
      WriteCompletion completion = completions[slot];
      if (completion != null) {
        completions[slot] = null;
        completion.written();
      }
    }
  }

  /** Drops everything; nobody is told. */
  void clear() {
    for (; head != tail; head++) {
      int slot = head & mask;
      StagingChunk chunk = chunks[slot];
      if (chunk != null) {
        sent(chunk);
      }
    }
    releaseCurrent();
    Arrays.fill(buffers, null);
    Arrays.fill(completions, null);
    Arrays.fill(chunks, null);
    told = head;
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

  private void sent(StagingChunk chunk) {
    if (--chunk.pendingSegments == 0 && chunk != current) {
      pool.release(chunk);
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

  private void append(
      ByteBuffer buffer,
      int start,
      int end,
      @Nullable WriteCompletion completion,
      @Nullable StagingChunk chunk) {
    if (tail - told > mask) {
      grow();
    }
    int slot = tail++ & mask;
    buffers[slot] = buffer;
    starts[slot] = start;
    ends[slot] = end;
    completions[slot] = completion;
    chunks[slot] = chunk;
  }

  private void grow() {
    int oldSlots = mask + 1;
    int newMask = oldSlots * 2 - 1;
    @Nullable ByteBuffer[] newBuffers = new @Nullable ByteBuffer[newMask + 1];
    @Nullable WriteCompletion[] newCompletions = new @Nullable WriteCompletion[newMask + 1];
    @Nullable StagingChunk[] newChunks = new @Nullable StagingChunk[newMask + 1];
    int[] newStarts = new int[newMask + 1];
    int[] newEnds = new int[newMask + 1];
    for (int index = told; index != tail; index++) {
      newBuffers[index & newMask] = buffers[index & mask];
      newCompletions[index & newMask] = completions[index & mask];
      newChunks[index & newMask] = chunks[index & mask];
      newStarts[index & newMask] = starts[index & mask];
      newEnds[index & newMask] = ends[index & mask];
    }
    buffers = newBuffers;
    completions = newCompletions;
    chunks = newChunks;
    starts = newStarts;
    ends = newEnds;
    mask = newMask;
  }

  private static ByteBuffer occupied(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      throw new IllegalStateException("empty segment amid the output queue");
    }
    return buffer;
  }
}
