package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.nbd.wire.Handshaking;
import io.multipath4j.nbd.wire.Transmitting;
import io.multipath4j.nbd.wire.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Says what a test wants, byte by byte, and takes apart what the server answers. */
final class RawClient {

  static final int FIXED = Handshaking.FLAG_FIXED_NEWSTYLE | Handshaking.FLAG_NO_ZEROES;

  private final FakeLoop loop;
  final FakeStream stream;

  /** A reply to an option. */
  record OptionReply(int option, int type, ByteBuffer data) {

    String text() {
      return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
    }
  }

  /** A simple reply or a structured chunk. */
  record Reply(
      boolean structured, int flags, int type, int error, long cookie, ByteBuffer payload) {

    ByteBuffer buffer() {
      return payload.duplicate();
    }
  }

  RawClient(FakeLoop loop) {
    this.loop = loop;
    this.stream = loop.connect();
    assertThat(stream).as("the server accepts").isNotNull();
  }

  /** Connects and passes the greeting. */
  static RawClient greeted(FakeLoop loop) {
    RawClient client = new RawClient(loop);
    assertThat(client.stream.received()).hasSize(Wire.GREETING_BYTES);
    client.send(flags(FIXED));
    return client;
  }

  /** Connects and goes into transmission with simple replies. */
  static RawClient simple(FakeLoop loop, String export) {
    RawClient client = greeted(loop);
    client.go(export);
    return client;
  }

  /** Connects and goes into transmission with structured replies and base:allocation. */
  static RawClient structured(FakeLoop loop, String export) {
    RawClient client = greeted(loop);
    client.send(option(Handshaking.OPT_STRUCTURED_REPLY));
    client.send(
        option(Handshaking.OPT_SET_META_CONTEXT, metaContext(export, Wire.BASE_ALLOCATION)));
    assertThat(client.optionReplies()).hasSize(3);
    client.go(export);
    return client;
  }

  private void go(String export) {
    send(option(Handshaking.OPT_GO, go(export, new int[0])));
    assertThat(optionReplies())
        .extracting(OptionReply::type)
        .containsExactly(Handshaking.REP_INFO, Handshaking.REP_ACK);
  }

  void send(byte[] bytes) {
    stream.send(bytes);
    loop.settle();
  }

  static byte[] flags(int flags) {
    return ByteBuffer.allocate(4).putInt(flags).array();
  }

  static byte[] option(int option, byte... data) {
    return ByteBuffer.allocate(Wire.OPTION_HEADER_BYTES + data.length)
        .putLong(Wire.OPTION_MAGIC)
        .putInt(option)
        .putInt(data.length)
        .put(data)
        .array();
  }

  static byte[] go(String export, int... infos) {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(6 + name.length + infos.length * 2);
    data.putInt(name.length).put(name).putShort((short) infos.length);
    for (int info : infos) {
      data.putShort((short) info);
    }
    return data.array();
  }

  static byte[] metaContext(String export, String... queries) {
    ByteBuffer data = ByteBuffer.allocate(20_000);
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    data.putInt(name.length).put(name).putInt(queries.length);
    for (String query : queries) {
      byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
      data.putInt(bytes.length).put(bytes);
    }
    byte[] result = new byte[data.position()];
    data.get(0, result);
    return result;
  }

  static byte[] request(int flags, int command, long cookie, long offset, long length) {
    return ByteBuffer.allocate(Wire.REQUEST_BYTES)
        .putInt(Wire.REQUEST_MAGIC)
        .putShort((short) flags)
        .putShort((short) command)
        .putLong(cookie)
        .putLong(offset)
        .putInt((int) length)
        .array();
  }

  static byte[] write(int flags, long cookie, long offset, byte[] payload) {
    byte[] header = request(flags, Transmitting.CMD_WRITE, cookie, offset, payload.length);
    return ByteBuffer.allocate(header.length + payload.length).put(header).put(payload).array();
  }

  List<OptionReply> optionReplies() {
    ByteBuffer bytes = ByteBuffer.wrap(stream.received());
    List<OptionReply> replies = new ArrayList<>();
    while (bytes.hasRemaining()) {
      assertThat(bytes.getLong()).isEqualTo(Wire.OPTION_REPLY_MAGIC);
      int option = bytes.getInt();
      int type = bytes.getInt();
      byte[] data = new byte[bytes.getInt()];
      bytes.get(data);
      replies.add(new OptionReply(option, type, ByteBuffer.wrap(data)));
    }
    return replies;
  }

  OptionReply onlyOptionReply() {
    List<OptionReply> replies = optionReplies();
    assertThat(replies).hasSize(1);
    return replies.getFirst();
  }

  /** Takes apart replies; a successful simple reply is followed by {@code simplePayload} bytes. */
  List<Reply> replies(int simplePayload) {
    ByteBuffer bytes = ByteBuffer.wrap(stream.received());
    List<Reply> replies = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int magic = bytes.getInt();
      if (magic == Wire.SIMPLE_REPLY_MAGIC) {
        int error = bytes.getInt();
        long cookie = bytes.getLong();
        byte[] payload = new byte[error == 0 ? simplePayload : 0];
        bytes.get(payload);
        replies.add(new Reply(false, 0, 0, error, cookie, ByteBuffer.wrap(payload)));
      } else {
        assertThat(magic).isEqualTo(Wire.STRUCTURED_REPLY_MAGIC);
        int flags = bytes.getShort();
        int type = Short.toUnsignedInt(bytes.getShort());
        long cookie = bytes.getLong();
        byte[] payload = new byte[bytes.getInt()];
        bytes.get(payload);
        int error = type >= 1 << 15 ? ByteBuffer.wrap(payload).getInt() : 0;
        replies.add(new Reply(true, flags, type, error, cookie, ByteBuffer.wrap(payload)));
      }
    }
    return replies;
  }

  Reply onlyReply(int simplePayload) {
    List<Reply> replies = replies(simplePayload);
    assertThat(replies).hasSize(1);
    return replies.getFirst();
  }

  /** Sends a request and returns its error. */
  int errorOf(byte[] request) {
    send(request);
    return onlyReply(0).error();
  }
}
