package io.multipath4j.array.lu;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The array's data buffers, in sizes of powers of two. Bounds the bytes that all sessions together
 * have in flight. Loop thread only.
 */
public final class DataBuffers {

  /** Longest data part of a command, in bytes. */
  public static final int MAX_DATA_BYTES = 8 * 1024 * 1024;

  /** Most bytes in use at a time; a command that finds no room ends with TASK SET FULL. */
  public static final long MAX_BYTES_IN_FLIGHT = 256L * 1024 * 1024;

  private static final int MIN_SHIFT = 12;
  private static final int CLASSES = 12;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private final ArrayDeque<DataBuffer>[] free = new ArrayDeque[CLASSES];

  private long bytesInFlight;
  private long bytesAllocated;

  /** Makes an empty pool. */
  public DataBuffers() {
    for (int i = 0; i < CLASSES; i++) {
      free[i] = new ArrayDeque<>();
    }
  }

  /**
   * Takes a buffer of at least {@code length} bytes.
   *
   * @param length 0 to {@link #MAX_DATA_BYTES}
   * @return null when {@link #MAX_BYTES_IN_FLIGHT} would be exceeded
   */
  public @Nullable DataBuffer acquire(int length) {
    int sizeClass = sizeClass(length);
    int capacity = 1 << (MIN_SHIFT + sizeClass);
    if (bytesInFlight + capacity > MAX_BYTES_IN_FLIGHT) {
      return null;
    }
    DataBuffer buffer = free[sizeClass].poll();
    if (buffer == null) {
      makeRoom(capacity);
      buffer = new DataBuffer(sizeClass, capacity);
      bytesAllocated += capacity;
    }
    bytesInFlight += capacity;
    return buffer;
  }

  /** Gives a buffer back. */
  public void release(DataBuffer buffer) {
    bytesInFlight -= buffer.bytes().capacity();
    free[buffer.sizeClass].push(buffer);
  }

  /** Returns the bytes that are in use. */
  public long bytesInFlight() {
    return bytesInFlight;
  }

  /** Free buffers of other sizes must not hold the memory that this size needs. */
  private void makeRoom(int capacity) {
    for (int i = CLASSES - 1; i >= 0 && bytesAllocated + capacity > MAX_BYTES_IN_FLIGHT; i--) {
      while (!free[i].isEmpty() && bytesAllocated + capacity > MAX_BYTES_IN_FLIGHT) {
        bytesAllocated -= free[i].pop().bytes().capacity();
      }
    }
  }

  private static int sizeClass(int length) {
    if (length < 0 || length > MAX_DATA_BYTES) {
      throw new IllegalArgumentException("data length " + length);
    }
    int shift = 32 - Integer.numberOfLeadingZeros(Math.max(length, 1) - 1);
    return Math.max(shift, MIN_SHIFT) - MIN_SHIFT;
  }
}
