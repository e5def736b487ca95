package io.multipath4j.array.backing;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of one logical unit. All methods are called on one thread, the loop of the array; they
 * may take the time of a copy or of a positional file operation, and never wait for anything else.
 *
 * <p>Ranges lie within {@link #sizeBytes()}; the caller checks. Buffers are addressed by index;
 * their position and limit are scratch space of the store, and cleared on return.
 */
public interface BackingStore extends AutoCloseable {

  /** Returns the size in bytes; it never changes. */
  long sizeBytes();

  /** Copies {@code length} bytes at {@code position} into {@code to}, from {@code index} on. */
  void read(long position, ByteBuffer to, int index, int length) throws IOException;

  /**
   * Stores {@code length} bytes of {@code from}, from {@code index} on, at {@code position}.
   *
   * @throws OutOfSpaceException when the store may not grow any more
   */
  void write(long position, ByteBuffer from, int index, int length) throws IOException;

  /**
   * Gives up a range. It reads as zeroes afterwards if {@link #zeroesDiscarded()}; how much of it
   * is deallocated is the store's business, see {@link #runLength}.
   */
  void discard(long position, long length) throws IOException;

  /** Tells whether a discarded range reads as zeroes. */
  boolean zeroesDiscarded();

  /** Returns the smallest piece that a discard deallocates, in bytes; a multiple of 4096. */
  int discardGranularityBytes();

  /** Tells whether storage is allocated to the byte at {@code position}. */
  boolean isAllocated(long position);

  /**
   * Returns how many bytes from {@code position} on are allocated, or not, like the first: 1 to
   * {@code limit}.
   */
  long runLength(long position, long limit);

  /** Makes what was written durable, as far as the store has a notion of it. */
  void flush() throws IOException;

  /** Releases everything. Idempotent; no other method may be called afterwards. */
  @Override
  void close() throws IOException;
}
