package io.multipath4j.array.backing;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A thin store in memory outside the heap. Chunks are allocated when first written, so that a
 * terabyte of zeroes costs some kilobytes.
 *
 * <p>Reads copy. Handing out a chunk by reference would let a later write change bytes that the
 * socket has not taken yet, and tear a block.
 */
public final class MemoryStore implements BackingStore {

  /** Bytes of a chunk, the unit of allocation. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /** Largest size of a store, in bytes. */
  public static final long MAX_SIZE_BYTES = 64L << 40;

  private static final int CHUNKS_PER_SLAB = 16;
  private static final int LEAF_SHIFT = 12;
  private static final int LEAF_CHUNKS = 1 << LEAF_SHIFT;
  private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(CHUNK_BYTES);

  private final Arena arena = Arena.ofShared();
  private final long sizeBytes;
  private final long maxAllocatedBytes;
  private final @Nullable ByteBuffer[] @Nullable [] leaves;
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private long allocatedBytes;

  /**
   * Makes a store of zeroes.
   *
   * @param sizeBytes 1 to {@link #MAX_SIZE_BYTES}
   * @param maxAllocatedBytes how much memory it may take; writes beyond fail
   */
  public MemoryStore(long sizeBytes, long maxAllocatedBytes) {
    if (sizeBytes < 1 || sizeBytes > MAX_SIZE_BYTES) {
      throw new IllegalArgumentException("size must be 1 to 64 TiB, not " + sizeBytes + " bytes");
    }
    this.sizeBytes = sizeBytes;
    this.maxAllocatedBytes = maxAllocatedBytes;
    long chunks = (sizeBytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
    this.leaves = new ByteBuffer[(int) ((chunks + LEAF_CHUNKS - 1) >> LEAF_SHIFT)][];
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Returns how many bytes of chunks are in use. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void read(long position, ByteBuffer to, int index, int length) {
    int done = 0;
    while (done < length) {
      int within = (int) ((position + done) % CHUNK_BYTES);
      int part = Math.min(CHUNK_BYTES - within, length - done);
      ByteBuffer chunk = chunk((position + done) / CHUNK_BYTES);
      to.put(index + done, chunk == null ? ZEROES : chunk, within, part);
      done += part;
    }
  }

  @Override
  public void write(long position, ByteBuffer from, int index, int length)
      throws OutOfSpaceException {
    int done = 0;
    while (done < length) {
      int within = (int) ((position + done) % CHUNK_BYTES);
      int part = Math.min(CHUNK_BYTES - within, length - done);
      allocated((position + done) / CHUNK_BYTES).put(within, from, index + done, part);
      done += part;
    }
  }

  @Override
  public void discard(long position, long length) {
    long done = 0;
    while (done < length) {
      long number = (position + done) / CHUNK_BYTES;
      int within = (int) ((position + done) % CHUNK_BYTES);
      long part = Math.min(CHUNK_BYTES - within, length - done);
      if (leaves[(int) (number >> LEAF_SHIFT)] == null) {
        // Nothing in this leaf: skip all of it, or a discard of a terabyte takes seconds.
        part = Math.min(bytesToEndOfLeaf(position + done), length - done);
      } else {
        discardWithin(number, within, (int) part);
      }
      done += part;
    }
  }

  private void discardWithin(long number, int within, int length) {
    ByteBuffer chunk = chunk(number);
    if (chunk == null) {
      return;
    }
    chunk.put(within, ZEROES, 0, length);
    boolean toEnd = number * CHUNK_BYTES + within + length == sizeBytes;
    if (within == 0 && (length == CHUNK_BYTES || toEnd)) {
      leafOf(number)[(int) (number & (LEAF_CHUNKS - 1))] = null;
      free.push(chunk);
      allocatedBytes -= CHUNK_BYTES;
    }
  }

  @Override
  public boolean zeroesDiscarded() {
    return true;
  }

  @Override
  public int discardGranularityBytes() {
    return CHUNK_BYTES;
  }

  @Override
  public boolean isAllocated(long position) {
    return chunk(position / CHUNK_BYTES) != null;
  }

  @Override
  public long runLength(long position, long limit) {
    long end = Math.min(sizeBytes, position + limit);
    boolean first = isAllocated(position);
    long at = position;
    while (at < end && isAllocated(at) == first) {
      boolean emptyLeaf = leaves[(int) ((at / CHUNK_BYTES) >> LEAF_SHIFT)] == null;
      at += emptyLeaf ? bytesToEndOfLeaf(at) : CHUNK_BYTES - at % CHUNK_BYTES;
    }
    return Math.min(at, end) - position;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static long bytesToEndOfLeaf(long position) {
    long leafBytes = (long) LEAF_CHUNKS * CHUNK_BYTES;
    return leafBytes - position % leafBytes;
  }

  private @Nullable ByteBuffer chunk(long number) {
    @Nullable ByteBuffer[] leaf = leaves[(int) (number >> LEAF_SHIFT)];
    return leaf == null ? null : leaf[(int) (number & (LEAF_CHUNKS - 1))];
  }

  private @Nullable ByteBuffer[] leafOf(long number) {
    int at = (int) (number >> LEAF_SHIFT);
    @Nullable ByteBuffer[] leaf = leaves[at];
    if (leaf == null) {
      leaf = new ByteBuffer[LEAF_CHUNKS];
      leaves[at] = leaf;
    }
    return leaf;
  }

  private ByteBuffer allocated(long number) throws OutOfSpaceException {
    ByteBuffer chunk = chunk(number);
    if (chunk == null) {
      if (allocatedBytes + CHUNK_BYTES > maxAllocatedBytes) {
        throw new OutOfSpaceException(
            "memory store is full: " + allocatedBytes + " of at most " + maxAllocatedBytes);
      }
      chunk = newChunk();
      leafOf(number)[(int) (number & (LEAF_CHUNKS - 1))] = chunk;
      allocatedBytes += CHUNK_BYTES;
    }
    return chunk;
  }

  /** Chunks on the free list are zero: fresh from the arena, or zeroed when discarded. */
  private ByteBuffer newChunk() {
    ByteBuffer chunk = free.poll();
    if (chunk != null) {
      return chunk;
    }
    ByteBuffer slab = arena.allocate((long) CHUNK_BYTES * CHUNKS_PER_SLAB).asByteBuffer();
    for (int i = 1; i < CHUNKS_PER_SLAB; i++) {
      free.push(slab.slice(i * CHUNK_BYTES, CHUNK_BYTES));
    }
    return slab.slice(0, CHUNK_BYTES);
  }
}
