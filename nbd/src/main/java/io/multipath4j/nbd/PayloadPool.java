package io.multipath4j.nbd;

import io.multipath4j.reactor.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A buffer pool with a line: when its limit is reached, the askers wait in order until somebody
 * gives a buffer back. Without the line, one long request would wait for ever behind short ones.
 */
final class PayloadPool {

  /** Somebody who waits for memory. */
  interface Waiter {

    /** Memory has become free: ask again, but not inside this call. */
    void wake();
  }

  private final BufferPool buffers;
  private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();

  PayloadPool(long limitBytes) {
    this.buffers = new BufferPool(limitBytes);
  }

  /**
   * Returns a buffer with room for {@code byteCount} bytes; or null when the limit is reached or
   * others are first in line, and puts {@code asker} in line.
   */
  @Nullable ByteBuffer acquire(int byteCount, Waiter asker) {
    Waiter first = waiting.peekFirst();
    ByteBuffer buffer = first == null || first.equals(asker) ? buffers.tryAcquire(byteCount) : null;
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

  void release(ByteBuffer buffer) {
    buffers.release(buffer);
    wakeFirst();
  }

  private void wakeFirst() {
    Waiter first = waiting.peekFirst();
    if (first != null) {
      first.wake();
    }
  }

  long bytesInUse() {
    return buffers.outstandingBytes();
  }
}
