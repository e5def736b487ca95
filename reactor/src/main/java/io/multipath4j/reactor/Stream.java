package io.multipath4j.reactor;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connected byte stream, TCP or Unix. Loop thread only.
 *
 * <p>Output is collected during a turn and leaves at its end in one gathering write. Small parts
 * (headers) are built in place with {@link #stage}; payload is queued by reference with {@link
 * #write}. Both keep their order.
 */
public interface Stream {

  /** Returns the other side's address. */
  Endpoint remote();

  /** Returns this side's address. Valid once connected. */
  Endpoint local();

  /**
   * Appends {@code byteCount} bytes to the output and returns the place to put them: a big-endian
   * direct buffer whose remaining bytes are exactly those. It is a window into a larger buffer that
   * is used again and again: put relatively, or absolutely from {@code position()} on, leave its
   * byte order alone, and do not touch it after the next call on this stream or the end of the
   * turn. The content before that is undefined. On a closed stream the bytes go nowhere.
   *
   * @param byteCount 1 to {@link #MAX_STAGE}
   */
  ByteBuffer stage(int byteCount);

  /** The largest {@link #stage}, in bytes. */
  int MAX_STAGE = 64 * 1024;

  /**
   * Appends {@code length} bytes of {@code payload} starting at index {@code offset}, without
   * copying. The bytes must not change, and nobody else may use the buffer's position and limit,
   * until {@code written} is called or the stream is closed. The same buffer object may be queued
   * more than once; each further time costs an allocation. On a closed stream the bytes go nowhere.
   *
   * <p>What is pending is bounded; a stream that is given more than its limits (65,536 parts or 256
   * MiB) is reset, and its handler is told. Watch {@link #pendingBytes} and {@link
   * StreamHandler#onDrained} long before.
   *
   * @param payload a direct buffer; its position and limit are scratch space of the stream
   *     meanwhile
   * @param written told when the last byte has been given to the transport; not told if the stream
   *     is closed before
   */
  void write(ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written);

  /** Returns the bytes that were appended and not yet given to the transport. */
  long pendingBytes();

  /** Stops ({@code false}) or resumes reading; a stream starts reading when connected. */
  void setReading(boolean reading);

  /** Tells whether {@link #close} or {@link #reset} was called, or the other side ended it. */
  boolean isClosed();

  /**
   * Tries once to send what is pending, then ends the connection in the orderly way (FIN). Neither
   * the handler nor any {@link WriteCompletion} is called from here on. Idempotent.
   */
  void close();

  /**
   * Drops what is pending and ends the connection at once (RST where the transport has it). Neither
   * the handler nor any {@link WriteCompletion} is called from here on. Idempotent.
   */
  void reset();
}
