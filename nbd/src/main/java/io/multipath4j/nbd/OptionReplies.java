package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Handshaking.INFO_BLOCK_SIZE;
import static io.multipath4j.nbd.wire.Handshaking.INFO_DESCRIPTION;
import static io.multipath4j.nbd.wire.Handshaking.INFO_EXPORT;
import static io.multipath4j.nbd.wire.Handshaking.INFO_NAME;
import static io.multipath4j.nbd.wire.Handshaking.REP_ACK;
import static io.multipath4j.nbd.wire.Handshaking.REP_INFO;
import static io.multipath4j.nbd.wire.Handshaking.REP_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.REP_SERVER;

import io.multipath4j.nbd.wire.Handshaking;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes what a server says during the handshake. */
final class OptionReplies {

  private static final byte[] BASE_ALLOCATION =
      Wire.BASE_ALLOCATION.getBytes(StandardCharsets.US_ASCII);

  private final Stream stream;

  OptionReplies(Stream stream) {
    this.stream = stream;
  }

  /** Returns what has been said and has not left yet. */
  long pendingBytes() {
    return stream.pendingBytes();
  }

  void greeting() {
    stream
        .stage(Wire.GREETING_BYTES)
        .putLong(Wire.INIT_MAGIC)
        .putLong(Wire.OPTION_MAGIC)
        .putShort((short) (Handshaking.FLAG_FIXED_NEWSTYLE | Handshaking.FLAG_NO_ZEROES));
  }

  private ByteBuffer reply(int option, int type, int length) {
    return stream
        .stage(Wire.OPTION_REPLY_HEADER_BYTES + length)
        .putLong(Wire.OPTION_REPLY_MAGIC)
        .putInt(option)
        .putInt(type)
        .putInt(length);
  }

  void acknowledge(int option) {
    reply(option, REP_ACK, 0);
  }

  /** Replies with an error and a text for people; {@code message} is plain ASCII of ours. */
  void error(int option, int type, String message) {
    byte[] text = message.getBytes(StandardCharsets.US_ASCII);
    reply(option, type, text.length).put(text);
  }

  void server(int option, ServedExport export) {
    reply(option, REP_SERVER, 4 + export.name.length + export.description.length)
        .putInt(export.name.length)
        .put(export.name)
        .put(export.description);
  }

  void infoExport(int option, long sizeBytes, int transmissionFlags) {
    reply(option, REP_INFO, 12)
        .putShort((short) INFO_EXPORT)
        .putLong(sizeBytes)
        .putShort((short) transmissionFlags);
  }

  void infoName(int option, ServedExport export) {
    reply(option, REP_INFO, 2 + export.name.length).putShort((short) INFO_NAME).put(export.name);
  }

  void infoDescription(int option, ServedExport export) {
    reply(option, REP_INFO, 2 + export.description.length)
        .putShort((short) INFO_DESCRIPTION)
        .put(export.description);
  }

  void infoBlockSize(int option, int minimumBytes, int preferredBytes, int maxPayloadBytes) {
    reply(option, REP_INFO, 14)
        .putShort((short) INFO_BLOCK_SIZE)
        .putInt(minimumBytes)
        .putInt(preferredBytes)
        .putInt(maxPayloadBytes);
  }

  void baseAllocation(int option, int contextId) {
    reply(option, REP_META_CONTEXT, 4 + BASE_ALLOCATION.length)
        .putInt(contextId)
        .put(BASE_ALLOCATION);
  }

  /** The answer to EXPORT_NAME, which has no header. */
  void exportName(long sizeBytes, int transmissionFlags, boolean padded) {
    ByteBuffer answer = stream.stage(10 + (padded ? Wire.EXPORT_NAME_PADDING_BYTES : 0));
    answer.putLong(sizeBytes).putShort((short) transmissionFlags);
    while (answer.hasRemaining()) {
      answer.put((byte) 0);
    }
  }
}
