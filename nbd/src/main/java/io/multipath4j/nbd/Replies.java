package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_ERROR;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_FLAG_DONE;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_NONE;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_OFFSET_DATA;

import io.multipath4j.nbd.wire.NbdError;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Stream;
import java.nio.ByteBuffer;

/** Encodes the replies of the transmission phase, simple or structured. */
final class Replies {

  private final Stream stream;
  private final boolean structured;
  private long appendedBytes;

  Replies(Stream stream, boolean structured) {
    this.stream = stream;
    this.structured = structured;
  }

  /** Returns the length of all replies so far, with their payload. */
  long appendedBytes() {
    return appendedBytes;
  }

  /**
   * Success without payload. A simple reply is permitted for everything but READ, and is shorter.
   */
  void done(int command, long cookie) {
    if (structured && command == CMD_READ) {
      chunk(REPLY_NONE, cookie, 0, 0);
    } else {
      simple(NbdError.OK, cookie);
    }
  }

  void error(NbdError error, long cookie) {
    if (structured) {
      ByteBuffer payload = chunk(REPLY_ERROR, cookie, 6 + error.messageLength(), 0);
      payload.putInt(error.number()).putShort((short) error.messageLength());
      error.putMessage(payload);
    } else {
      simple(error, cookie);
    }
  }

  /** The head of a successful READ; {@code length} bytes of payload have to follow. */
  void dataHeader(long cookie, long offset, int length) {
    if (structured) {
      chunk(REPLY_OFFSET_DATA, cookie, Long.BYTES, length).putLong(offset);
    } else {
      appendedBytes += length;
      simple(NbdError.OK, cookie);
    }
  }

  /** One extent of {@code length} bytes, "allocated": true of any block device that cannot tell. */
  void allocatedExtent(long cookie, int length) {
    chunk(REPLY_BLOCK_STATUS, cookie, 12, 0)
        .putInt(Handshake.BASE_ALLOCATION_ID)
        .putInt(length)
        .putInt(0);
  }

  private void simple(NbdError error, long cookie) {
    appendedBytes += Wire.SIMPLE_REPLY_BYTES;
    stream
        .stage(Wire.SIMPLE_REPLY_BYTES)
        .putInt(Wire.SIMPLE_REPLY_MAGIC)
        .putInt(error.number())
        .putLong(cookie);
  }

  /** Stages a last chunk's header and {@code stagedBytes}, which the caller fills. */
  private ByteBuffer chunk(int type, long cookie, int stagedBytes, int followingBytes) {
    appendedBytes += Wire.CHUNK_HEADER_BYTES + stagedBytes + (long) followingBytes;
    return stream
        .stage(Wire.CHUNK_HEADER_BYTES + stagedBytes)
        .putInt(Wire.STRUCTURED_REPLY_MAGIC)
        .putShort((short) REPLY_FLAG_DONE)
        .putShort((short) type)
        .putLong(cookie)
        .putInt(stagedBytes + followingBytes);
  }
}
