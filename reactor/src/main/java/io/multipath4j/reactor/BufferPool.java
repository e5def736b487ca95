package io.multipath4j.reactor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of one loop, in size classes of powers of two. Not thread safe: loop thread only.
 *
 * <p>A buffer has one owner at a time, from {@link #acquire} to {@link #release}. In steady state
 * nothing is allocated; the memory of released buffers stays with the pool, last in, first out.
 */
public final class BufferPool {

  /** The smallest size class, in bytes. */
  public static final int MIN_BUFFER_BYTES = 512;

  /** The largest size class, in bytes. */
  public static final int MAX_BUFFER_BYTES = 64 << 20;

  /** The limit of a pool that was made without one, in bytes. */
  public static final long DEFAULT_MAX_BYTES = 256L << 20;

  private static final int MIN_SHIFT = Integer.numberOfTrailingZeros(MIN_BUFFER_BYTES);
  private static final int CLASSES =
      Integer.numberOfTrailingZeros(MAX_BUFFER_BYTES) - MIN_SHIFT + 1;

  private final long maxBytes;
  private final @Nullable ByteBuffer[][] idle = new @Nullable ByteBuffer[CLASSES][4];
  private final int[] idleCounts = new int[CLASSES];

  // Open addressing: neither put nor remove allocates.
  private final IdentityHashMap<ByteBuffer, Boolean> lent = new IdentityHashMap<>();

  private long lentBytes;
  private long idleBytes;

  /** Makes an empty pool with {@link #DEFAULT_MAX_BYTES}. */
  public BufferPool() {
    this(DEFAULT_MAX_BYTES);
  }

  /**
   * Makes an empty pool.
   *
   * @param maxBytes the most memory that it may hold, lent and idle together
   */
  public BufferPool(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Lends a buffer.
   *
   * @param byteCount wanted, 0 to {@link #MAX_BUFFER_BYTES}
   * @return a direct big-endian buffer at position 0 with {@code byteCount} as its limit; its
   *     capacity may be larger, its content is undefined
   * @throws IllegalArgumentException when no size class is that large
   * @throws IllegalStateException when the pool's limit is reached: the caller should have bounded
   *     what it has in flight, or asked {@link #tryAcquire}
   */
  public ByteBuffer acquire(int byteCount) {
    ByteBuffer buffer = tryAcquire(byteCount);
    if (buffer == null) {
      throw new IllegalStateException(
          "buffer pool is exhausted: %d bytes wanted, %d of %d bytes are lent in %d buffers"
              .formatted(byteCount, lentBytes, maxBytes, lent.size()));
    }
    return buffer;
  }

  /** As {@link #acquire}, but returns null when the pool's limit is reached. */
  public @Nullable ByteBuffer tryAcquire(int byteCount) {
    if (byteCount < 0 || byteCount > MAX_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "no buffer of " + byteCount + " bytes: 0 to " + MAX_BUFFER_BYTES + " are possible");
    }
    int sizeClass = sizeClass(byteCount);
    int bytes = MIN_BUFFER_BYTES << sizeClass;
    if (lentBytes + bytes > maxBytes) {
      return null;
    }
    ByteBuffer buffer = takeIdle(sizeClass);
    if (buffer == null) {
      makeRoom(bytes);
      buffer = ByteBuffer.allocateDirect(bytes);
    }
    lentBytes += bytes;
    lent.put(buffer, Boolean.TRUE);
    return buffer.clear().limit(byteCount);
  }

  /**
   * Gives a buffer back. Its position, limit and byte order do not matter.
   *
   * @param buffer the very object that {@link #acquire} returned, no slice or duplicate of it
   * @throws IllegalStateException when it is not lent: it was released before, or is not of this
   *     pool
   */
  public void release(ByteBuffer buffer) {
    if (lent.remove(buffer) == null) {
      throw new IllegalStateException(
          "buffer of "
              + buffer.capacity()
              + " bytes is not lent: released twice, or not of this pool");
    }
    buffer.order(ByteOrder.BIG_ENDIAN);
    int bytes = buffer.capacity();
    lentBytes -= bytes;
    idleBytes += bytes;
    int sizeClass = sizeClass(bytes);
    int count = idleCounts[sizeClass]++;
    @Nullable ByteBuffer[] stack = idle[sizeClass];
    if (count == stack.length) {
      stack = Arrays.copyOf(stack, count * 2);
      idle[sizeClass] = stack;
    }
    stack[count] = buffer;
  }

  /** Returns how many buffers are lent; not zero at the end means a leak. */
  public int outstanding() {
    return lent.size();
  }

  /** Returns the memory that is lent, in bytes of whole size classes. */
  public long outstandingBytes() {
    return lentBytes;
  }

  /** Returns the memory that this pool holds, lent and idle, in bytes. */
  public long heldBytes() {
    return lentBytes + idleBytes;
  }

  private @Nullable ByteBuffer takeIdle(int sizeClass) {
    int count = idleCounts[sizeClass];
    if (count == 0) {
      return null;
    }
    idleCounts[sizeClass] = count - 1;
    ByteBuffer buffer = idle[sizeClass][count - 1];
    idle[sizeClass][count - 1] = null;
    idleBytes -= MIN_BUFFER_BYTES << sizeClass;
    return buffer;
  }

  /** Drops idle buffers of other classes, largest first, until {@code bytes} more are allowed. */
  private void makeRoom(int bytes) {
    for (int sizeClass = CLASSES - 1; lentBytes + idleBytes + bytes > maxBytes; ) {
      if (takeIdle(sizeClass) == null) {
        sizeClass--;
      }
    }
  }

  private static int sizeClass(int byteCount) {
    if (byteCount <= MIN_BUFFER_BYTES) {
      return 0;
    }
    return Integer.SIZE - Integer.numberOfLeadingZeros(byteCount - 1) - MIN_SHIFT;
  }
}
