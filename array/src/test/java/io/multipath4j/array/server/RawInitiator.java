package io.multipath4j.array.server;

import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends whatever a test likes to portal A, and keeps the headers that come back. */
final class RawInitiator implements StreamHandler {

  private final SimulatedArray array;
  private final PduReader reader =
      new PduReader(
          ByteBuffer.allocateDirect(PduReader.MIN_BUFFER_BYTES),
          new PduSink() {
            @Override
            public void dataSegment(PduReader from, ByteBuffer buffer, int at, int length) {}

            @Override
            public void pdu(ByteBuffer buffer, int at, int dataAt) {
              byte[] header = new byte[Bhs.BYTES];
              buffer.get(at, header);
              answers.add(ByteBuffer.wrap(header));
            }
          });

  final List<ByteBuffer> answers = new ArrayList<>();
  private @Nullable Stream stream;
  boolean closed;
  int cmdSn = 1;

  RawInitiator(SimulatedArray array) {
    this.array = array;
    array.hostLoop.execute(() -> array.hostLoop.connect(SimulatedArray.A, this));
    array.until(() -> stream != null);
  }

  @Override
  public void onConnected(Stream connected) {
    stream = connected;
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    return reader.readTargets(targets);
  }

  @Override
  public void onRead(Stream from, int byteCount) {
    reader.received(byteCount);
  }

  @Override
  public void onClosed(Stream from, @Nullable IOException cause) {
    closed = true;
  }

  Stream stream() {
    Stream connected = stream;
    if (connected == null) {
      throw new IllegalStateException("not connected");
    }
    return connected;
  }

  /** Sends bytes as they are. */
  void send(byte[] bytes) {
    array.hostLoop.execute(() -> {
      for (int at = 0; at < bytes.length; at += Stream.MAX_STAGE) {
        int part = Math.min(Stream.MAX_STAGE, bytes.length - at);
        stream().stage(part).put(bytes, at, part);
      }
    });
  }

  /** Sends a PDU with a data segment, which is padded and announced. */
  void pdu(Consumer<ByteBuffer> header, byte[] data) {
    ByteBuffer buffer = ByteBuffer.allocate(Bhs.BYTES + data.length + Bhs.padding(data.length));
    header.accept(buffer);
    Bhs.setDataSegmentLength(buffer, 0, data.length);
    buffer.put(Bhs.BYTES, data);
    send(buffer.array());
  }

  void pdu(Consumer<ByteBuffer> header) {
    ByteBuffer buffer = ByteBuffer.allocate(Bhs.BYTES);
    header.accept(buffer);
    send(buffer.array());
  }

  /** Logs in with one request. */
  void login(TextKey... more) {
    List<TextKey> keys = new ArrayList<>();
    keys.add(new TextKey("InitiatorName", SimulatedArray.HOST));
    keys.add(new TextKey("TargetName", SimulatedArray.TARGET));
    keys.addAll(List.of(more));
    login(keys);
    array.until(() -> !answers.isEmpty());
  }

  void login(List<TextKey> keys) {
    pdu(
        header -> {
          LoginRequestPdu.init(
              header,
              0,
              LoginRequestPdu.TRANSIT,
              LoginRequestPdu.OPERATIONAL_NEGOTIATION,
              LoginRequestPdu.FULL_FEATURE_PHASE,
              0x8000_0000_0001L,
              0);
          Bhs.setCmdSn(header, 0, cmdSn);
        },
        TextKeys.encode(keys));
  }

  /** Waits for the next answer and returns its header. */
  ByteBuffer next() {
    int count = answers.size();
    array.until(() -> answers.size() > count || closed);
    return answers.getLast();
  }

  /** Waits for the end of the connection. */
  void untilClosed() {
    array.until(() -> closed);
  }
}
