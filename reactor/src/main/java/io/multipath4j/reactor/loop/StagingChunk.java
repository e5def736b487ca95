package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Stream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory for headers that are built in place. One chunk may hold several ranges of one gathering
 * write, with payload between them, and each needs a buffer object of its own: the views are made
 * once and used again each time the chunk is.
 */
final class StagingChunk {

  /** Room of a chunk, so that the largest range fits an empty one. */
  static final int CHUNK_BYTES = Stream.MAX_STAGE;

  /** Ranges per chunk; a stream goes on with another chunk beyond. */
  static final int MAX_VIEWS = 1024;

  private static final int FIRST_VIEWS = 16;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private @Nullable ByteBuffer[] views = new @Nullable ByteBuffer[FIRST_VIEWS];
  private int viewCount;

  /** Bytes given out, from the start of the chunk. */
  int filledBytes;

  /** Segments of this chunk that were not sent yet. */
  int pendingSegments;

  boolean hasRoom(int byteCount) {
    return CHUNK_BYTES - filledBytes >= byteCount && viewCount < MAX_VIEWS;
  }

  /** Returns a view of the whole chunk that no other pending range uses. */
  ByteBuffer nextView() {
    if (viewCount == views.length) {
      views = Arrays.copyOf(views, viewCount * 2);
    }
    ByteBuffer view = views[viewCount];
    if (view == null) {
      view = memory.duplicate();
      views[viewCount] = view;
    }
    viewCount++;
    return view;
  }

  void reset() {
    filledBytes = 0;
    viewCount = 0;
    pendingSegments = 0;
  }
}
