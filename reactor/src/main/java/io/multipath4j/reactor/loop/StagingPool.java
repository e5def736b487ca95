package io.multipath4j.reactor.loop;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The staging chunks of one loop. Last in, first out: the chunk that was just sent is in the cache.
 */
final class StagingPool {

  /** Chunks kept for later; what a burst took beyond is left to the garbage collector. */
  static final int MAX_IDLE_CHUNKS = 64;

  private final ArrayDeque<StagingChunk> idle = new ArrayDeque<>(MAX_IDLE_CHUNKS + 1);
  private @Nullable ByteBuffer scratch;

  StagingChunk acquire() {
    StagingChunk chunk = idle.pollLast();
    return chunk == null ? new StagingChunk() : chunk;
  }

  void release(StagingChunk chunk) {
    chunk.reset();
    if (idle.size() < MAX_IDLE_CHUNKS) {
      idle.addLast(chunk);
    }
  }

  int idleChunks() {
    return idle.size();
  }

  /** Returns room for bytes that go nowhere, because their stream is closed. */
  ByteBuffer scratch(int byteCount) {
    ByteBuffer buffer = scratch;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(StagingChunk.CHUNK_BYTES);
      scratch = buffer;
    }
    return buffer.position(0).limit(byteCount);
  }
}
