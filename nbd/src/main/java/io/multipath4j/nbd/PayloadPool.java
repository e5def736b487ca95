package io.multipath4j.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of powers of two, up to a total. When the total is reached, idle buffers of other
 * sizes make room; when there are none, the askers wait in line until somebody gives one back.
 */
final class PayloadPool {

  /** Somebody who waits for memory. */
  interface Waiter {

    /** Memory has become free: ask again, but not inside this call. */
    void wake();
  }

  private static final int SMALLEST_SHIFT = 12;

  private final ArrayDeque<ByteBuffer>[] idleByShift;
  private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
  private final long limitBytes;
  private long allocatedBytes;
  private long idleBytes;

  @SuppressWarnings({"unchecked", "rawtypes"})
  PayloadPool(int largestBytes, long limitBytes) {
    this.limitBytes = limitBytes;
    this.idleByShift = new ArrayDeque[shiftOf(largestBytes) - SMALLEST_SHIFT + 1];
    for (int i = 0; i < idleByShift.length; i++) {
      idleByShift[i] = new ArrayDeque<>();
    }
  }

  private static int shiftOf(int byteCount) {
    return Math.max(SMALLEST_SHIFT, 32 - Integer.numberOfLeadingZeros(byteCount - 1));
  }

  /**
   * Returns a buffer with room for {@code byteCount} bytes; or null when the limit is reached or
   * others are first in line, and puts {@code asker} in line.
   */
  @Nullable ByteBuffer acquire(int byteCount, Waiter asker) {
    Waiter first = waiting.peekFirst();
    ByteBuffer buffer = first == null || first.equals(asker) ? take(byteCount) : null;
    if (buffer != null) {
      giveUp(asker);
    } else if (!waiting.contains(asker)) {
      waiting.addLast(asker);
    }
    return buffer;
  }

  /** Takes {@code asker} out of the line, and lets the next one try. */
  void giveUp(Waiter asker) {
    if (!waiting.isEmpty() && waiting.remove(asker)) {
      wakeFirst();
    }
  }

  private void wakeFirst() {
    Waiter first = waiting.peekFirst();
    if (first != null) {
      first.wake();
    }
  }

  private @Nullable ByteBuffer take(int byteCount) {
    int shift = shiftOf(byteCount);
    int size = 1 << shift;
    ByteBuffer buffer = idleByShift[shift - SMALLEST_SHIFT].pollLast();
    if (buffer != null) {
      idleBytes -= size;
      return buffer;
    }
    if (allocatedBytes - idleBytes + size > limitBytes) {
      return null;
    }
    while (allocatedBytes + size > limitBytes) {
      dropOneIdle();
    }
    allocatedBytes += size;
    return ByteBuffer.allocateDirect(size);
  }

  private void dropOneIdle() {
    for (ArrayDeque<ByteBuffer> idle : idleByShift) {
      ByteBuffer dropped = idle.pollFirst();
      if (dropped != null) {
        idleBytes -= dropped.capacity();
        allocatedBytes -= dropped.capacity();
        return;
      }
    }
    throw new AssertionError("idle bytes without an idle buffer: " + idleBytes);
  }

  void release(ByteBuffer buffer) {
    buffer.clear();
    idleByShift[shiftOf(buffer.capacity()) - SMALLEST_SHIFT].addLast(buffer);
    idleBytes += buffer.capacity();
    wakeFirst();
  }

  long bytesInUse() {
    return allocatedBytes - idleBytes;
  }
}
