package io.multipath4j.nbd.client;

import static io.multipath4j.nbd.wire.Handshaking.FLAG_FIXED_NEWSTYLE;
import static io.multipath4j.nbd.wire.Handshaking.FLAG_NO_ZEROES;
import static io.multipath4j.nbd.wire.Handshaking.INFO_BLOCK_SIZE;
import static io.multipath4j.nbd.wire.Handshaking.INFO_EXPORT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_GO;
import static io.multipath4j.nbd.wire.Handshaking.OPT_SET_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_STRUCTURED_REPLY;
import static io.multipath4j.nbd.wire.Handshaking.REP_ACK;
import static io.multipath4j.nbd.wire.Handshaking.REP_INFO;
import static io.multipath4j.nbd.wire.Handshaking.REP_META_CONTEXT;

import io.multipath4j.nbd.wire.Handshaking;
import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The client's side of the fixed newstyle negotiation, up to the answer to GO. */
final class ClientHandshake {

  /** Replies of one option that are borne with. */
  private static final int MAX_REPLIES_PER_OPTION = 64;

  private static final int MAX_REPLY_BYTES = 2 * Wire.MAX_STRING_BYTES + 64;

  private final NbdClientConfig config;
  private final Stream stream;
  private final ReceiveBuffer in;

  /** The option that waits for its last reply; 0 before the greeting. */
  private int asked;

  private int repliesToAsked;
  private ExportInfo info = ExportInfo.UNKNOWN;
  private boolean sizeTold;
  private boolean structured;
  private long contextId = -1;

  ClientHandshake(NbdClientConfig config, Stream stream, ReceiveBuffer in) {
    this.config = config;
    this.stream = stream;
    this.in = in;
  }

  /**
   * Takes what has arrived.
   *
   * @return the export when the handshake is done, null when more bytes are needed
   * @throws IOException when the server refuses or breaks the protocol
   */
  @Nullable ExportInfo advance() throws IOException {
    if (asked == 0) {
      if (in.available() < Wire.GREETING_BYTES) {
        return null;
      }
      readGreeting();
    }
    while (in.available() >= Wire.OPTION_REPLY_HEADER_BYTES) {
      int type = in.getInt(12);
      int length = in.getInt(16);
      check(in.getLong(0) == Wire.OPTION_REPLY_MAGIC, "sent no NBD option reply");
      check(in.getInt(8) == asked, "answered an option that was not asked");
      check(length >= 0 && length <= MAX_REPLY_BYTES, "sent an option reply of absurd length");
      check(++repliesToAsked <= MAX_REPLIES_PER_OPTION, "sent endless replies to an option");
      if (in.available() < Wire.OPTION_REPLY_HEADER_BYTES + length) {
        repliesToAsked--;
        return null;
      }
      byte[] data = new byte[length];
      in.get(Wire.OPTION_REPLY_HEADER_BYTES, data);
      in.skip(Wire.OPTION_REPLY_HEADER_BYTES + length);
      if (take(type, ByteBuffer.wrap(data))) {
        return finish();
      }
    }
    return null;
  }

  private void readGreeting() throws IOException {
    check(in.getLong(0) == Wire.INIT_MAGIC, "is no NBD server");
    check(in.getLong(8) == Wire.OPTION_MAGIC, "speaks the oldstyle NBD handshake only");
    int flags = in.getShort(16);
    check((flags & FLAG_FIXED_NEWSTYLE) != 0, "does not speak the fixed newstyle handshake");
    in.skip(Wire.GREETING_BYTES);
    stream.stage(4).putInt(flags & (FLAG_FIXED_NEWSTYLE | FLAG_NO_ZEROES));
    if (config.structuredReplies()) {
      ask(OPT_STRUCTURED_REPLY, 0);
    } else {
      askGo();
    }
  }

  private ByteBuffer ask(int option, int length) {
    asked = option;
    repliesToAsked = 0;
    return stream
        .stage(Wire.OPTION_HEADER_BYTES + length)
        .putLong(Wire.OPTION_MAGIC)
        .putInt(option)
        .putInt(length);
  }

  private void askGo() {
    byte[] name = config.exportName().getBytes(StandardCharsets.UTF_8);
    ask(OPT_GO, 8 + name.length)
        .putInt(name.length)
        .put(name)
        .putShort((short) 1)
        .putShort((short) INFO_BLOCK_SIZE);
  }

  private void askAllocationContext() {
    byte[] name = config.exportName().getBytes(StandardCharsets.UTF_8);
    byte[] query = Wire.BASE_ALLOCATION.getBytes(StandardCharsets.US_ASCII);
    ask(OPT_SET_META_CONTEXT, 12 + name.length + query.length)
        .putInt(name.length)
        .put(name)
        .putInt(1)
        .putInt(query.length)
        .put(query);
  }

  /** Takes one reply; returns whether it is the good end of GO. */
  private boolean take(int type, ByteBuffer data) throws IOException {
    switch (asked) {
      case OPT_STRUCTURED_REPLY -> {
        structured = type == REP_ACK;
        check(structured || Handshaking.isError(type), "sent a strange reply");
        if (structured) {
          askAllocationContext();
        } else {
          askGo();
        }
      }
      case OPT_SET_META_CONTEXT -> {
        if (type == REP_META_CONTEXT && data.remaining() >= 4) {
          contextId = Integer.toUnsignedLong(data.getInt());
        } else {
          check(type == REP_ACK || Handshaking.isError(type), "sent a strange reply");
          contextId = type == REP_ACK ? contextId : -1;
          askGo();
        }
      }
      default -> {
        if (type == REP_ACK) {
          return true;
        }
        takeInfo(type, data);
      }
    }
    return false;
  }

  private void takeInfo(int type, ByteBuffer data) throws IOException {
    if (Handshaking.isError(type)) {
      throw new IOException(
          "NBD server %s refuses export \"%s\": %s %s"
              .formatted(
                  stream.remote(),
                  config.exportName(),
                  Handshaking.errorName(type),
                  printable(StandardCharsets.UTF_8.decode(data).toString())));
    }
    check(type == REP_INFO && data.remaining() >= 2, "sent a strange reply");
    int kind = Short.toUnsignedInt(data.getShort());
    if (kind == INFO_EXPORT) {
      check(data.remaining() == 10, "sent an export info of wrong length");
      long size = data.getLong();
      int flags = Short.toUnsignedInt(data.getShort());
      sizeTold = true;
      info =
          new ExportInfo(
              size,
              flags,
              info.minimumBlockBytes(),
              info.preferredBlockBytes(),
              info.maxPayloadBytes(),
              -1,
              false);
    } else if (kind == INFO_BLOCK_SIZE) {
      check(data.remaining() == 12, "sent a block size info of wrong length");
      int minimum = data.getInt();
      int preferred = data.getInt();
      long max = Integer.toUnsignedLong(data.getInt());
      info =
          new ExportInfo(
              info.sizeBytes(),
              info.transmissionFlags(),
              minimum,
              preferred,
              (int) Math.min(max, Wire.MAX_SANE_PAYLOAD_BYTES),
              -1,
              false);
    }
  }

  private ExportInfo finish() throws IOException {
    check(sizeTold, "did not tell the size of the export");
    String problem = info.problem();
    check(problem.isEmpty(), problem);
    return new ExportInfo(
        info.sizeBytes(),
        info.transmissionFlags(),
        info.minimumBlockBytes(),
        info.preferredBlockBytes(),
        info.maxPayloadBytes(),
        contextId,
        structured);
  }

  /** A peer's text goes to a terminal: without control characters, and not endless. */
  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", " ");
    return clean.length() > 200 ? clean.substring(0, 200) + "..." : clean;
  }

  private void check(boolean holds, String problem) throws IOException {
    if (!holds) {
      throw new IOException("NBD server " + stream.remote() + " " + problem);
    }
  }
}
