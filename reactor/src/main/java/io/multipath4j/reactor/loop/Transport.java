package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The connection under a stream: a socket, or one end of a simulated link. Loop thread only. */
public interface Transport {

  /**
   * Scatters what has arrived into {@code targets[0..count)}.
   *
   * @return bytes read, 0 when there are none now, -1 after the other side's FIN
   * @throws IOException when the connection is lost
   */
  long read(ByteBuffer[] targets, int count) throws IOException;

  /**
   * Gathers {@code segments[0..count)}, as much as the connection takes now. One buffer object may
   * be among them more than once, with the same range; their positions afterwards do not matter.
   *
   * @return bytes taken, from 0 to all
   * @throws IOException when the connection is lost
   */
  long write(ByteBuffer[] segments, int count) throws IOException;

  /** Says of which of {@link LoopStream#readable} and {@link LoopStream#writable} to tell. */
  void interest(boolean read, boolean write);

  /** Returns this side's address; valid once connected. */
  Endpoint local();

  /** Ends the connection in the orderly way. Idempotent. */
  void close();

  /** Ends the connection at once. Idempotent. */
  void reset();
}
