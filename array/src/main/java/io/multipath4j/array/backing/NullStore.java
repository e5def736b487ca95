package io.multipath4j.array.backing;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads as one constant byte and drops what is written: for benchmarks of everything else. */
public final class NullStore implements BackingStore {

  private static final int PATTERN_BYTES = 64 * 1024;

  private final long sizeBytes;
  private final byte value;
  private final ByteBuffer pattern;

  /**
   * Makes a store.
   *
   * @param sizeBytes 1 or more
   * @param value what each byte reads as
   */
  public NullStore(long sizeBytes, byte value) {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("size must be positive: " + sizeBytes);
    }
    this.sizeBytes = sizeBytes;
    this.value = value;
    byte[] bytes = new byte[PATTERN_BYTES];
    Arrays.fill(bytes, value);
    this.pattern = ByteBuffer.allocateDirect(PATTERN_BYTES).put(0, bytes);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long position, ByteBuffer to, int index, int length) {
    int done = 0;
    while (done < length) {
      int part = Math.min(PATTERN_BYTES, length - done);
      to.put(index + done, pattern, 0, part);
      done += part;
    }
  }

  @Override
  public void write(long position, ByteBuffer from, int index, int length) {}

  @Override
  public void discard(long position, long length) {}

  @Override
  public boolean zeroesDiscarded() {
    return value == 0;
  }

  @Override
  public int discardGranularityBytes() {
    return 4096;
  }

  @Override
  public boolean isAllocated(long position) {
    return true;
  }

  @Override
  public long runLength(long position, long limit) {
    return Math.min(limit, sizeBytes - position);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
