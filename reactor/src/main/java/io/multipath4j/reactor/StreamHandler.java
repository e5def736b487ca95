package io.multipath4j.reactor;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The owner of one stream. All methods are called on the loop thread. An exception thrown from one
 * of them ends this stream (reset, then {@link #onClosed} with the exception as the cause) and
 * nothing else.
 */
public interface StreamHandler {

  /** The connection stands. Always called before any other method except {@link #onClosed}. */
  void onConnected(Stream stream);

  /**
   * Says where the next bytes go, before each read. A handler that knows that it is amid a payload
   * puts the payload's destination first and its receive buffer behind it, and so saves a copy.
   *
   * @param targets to be filled from index 0 with direct buffers that have room between position
   *     and limit
   * @return how many were filled, 1 to {@code targets.length} (which is at least 4)
   */
  int readTargets(ByteBuffer[] targets);

  /**
   * Bytes arrived. They were put into the targets of the last {@link #readTargets}, in order, and
   * advanced their positions.
   *
   * @param byteCount at least 1
   */
  void onRead(Stream stream, int byteCount);

  /** Everything that was pending has left, after a turn that could not send it all. */
  default void onDrained(Stream stream) {}

  /**
   * The connection ended without {@link Stream#close} or {@link Stream#reset} of this side, or
   * could not be made. Called at most once, and then no other method.
   *
   * @param cause null when the other side ended it in the orderly way (FIN)
   */
  void onClosed(Stream stream, @Nullable IOException cause);
}
