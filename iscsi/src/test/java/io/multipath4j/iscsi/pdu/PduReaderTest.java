package io.multipath4j.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.MemoryStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PduReaderTest {

  private static final int DESTINATION_OFFSET = 3;

  private final MemoryStream stream = new MemoryStream();
  private final PduWriter writer = new PduWriter(stream);
  private final List<String> seen = new ArrayList<>();
  private final ByteBuffer destination = ByteBuffer.allocateDirect(512 * 1024);
  private boolean stopAtFirst;
  private boolean keepEverything;

  private final ByteBuffer receive = ByteBuffer.allocateDirect(PduReader.MIN_BUFFER_BYTES);

  private final PduReader reader =
      new PduReader(
          receive,
          new PduSink() {
            @Override
            public void dataSegment(PduReader from, ByteBuffer buffer, int at, int length) {
              if (Bhs.opcode(buffer, at) == Opcode.DATA_IN.code() && !keepEverything) {
                from.into(destination, DESTINATION_OFFSET);
              }
            }

            @Override
            public void pdu(ByteBuffer buffer, int at, int dataAt) {
              int length = Bhs.dataSegmentLength(buffer, at);
              byte[] data = new byte[length];
              if (dataAt >= 0) {
                buffer.get(dataAt, data);
              } else {
                destination.get(DESTINATION_OFFSET, data);
              }
              int ahs = Bhs.ahsBytes(buffer, at);
              seen.add(
                  Bhs.itt(buffer, at)
                      + ":"
                      + length
                      + ":"
                      + Arrays.hashCode(data)
                      + (ahs > 0 ? ":" + buffer.get(at + Bhs.BYTES + ahs - 1) : ""));
              if (stopAtFirst) {
                reader().stop();
              }
            }
          });

  private PduReader reader() {
    return reader;
  }

  private String dataIn(int itt, int length, int seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    ByteBuffer payload = ByteBuffer.allocateDirect(length + 1).put(1, data);
    ByteBuffer header = writer.begin();
    DataInPdu.init(header, header.position(), 0x80);
    Bhs.setItt(header, header.position(), itt);
    if (length == 0) {
      writer.end();
    } else {
      writer.endWithPayload(payload, 1, length, null);
    }
    return itt + ":" + length + ":" + Arrays.hashCode(data);
  }

  private String text(int itt, int length, int seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    ByteBuffer header = writer.begin();
    TextPdu.initResponse(header, header.position(), 0x80, 0);
    Bhs.setItt(header, header.position(), itt);
    writer.endWithBytes(data, 0, length);
    return itt + ":" + length + ":" + Arrays.hashCode(data);
  }

  private String extendedCommand(int itt) {
    byte[] cdb = new byte[32];
    Arrays.fill(cdb, (byte) 0x5A);
    ByteBuffer header = writer.begin(ScsiCommandPdu.ahsBytesFor(32));
    ScsiCommandPdu.init(header, header.position(), 0x80);
    Bhs.setItt(header, header.position(), itt);
    ScsiCommandPdu.setCdb(header, header.position(), cdb, 32);
    writer.end();
    return itt + ":0:1:90";
  }

  private List<String> aMixture() {
    return List.of(
        dataIn(1, 512, 1),
        text(2, 5, 2),
        dataIn(3, 0, 0),
        dataIn(4, 1021, 4),
        extendedCommand(5),
        dataIn(6, 3, 6),
        text(7, 700, 7),
        dataIn(8, 2, 8));
  }

  private void feed(byte[] bytes, int chunk) {
    ByteBuffer[] targets = new ByteBuffer[4];
    for (int at = 0; at < bytes.length; ) {
      int count = reader.readTargets(targets);
      int given = 0;
      int most = Math.min(chunk, bytes.length - at);
      for (int i = 0; i < count && given < most; i++) {
        int part = Math.min(targets[i].remaining(), most - given);
        targets[i].put(bytes, at + given, part);
        given += part;
      }
      assertThat(given).as("room in the read targets").isPositive();
      at += given;
      reader.received(given);
      othersUseTheReceiveBuffer();
    }
  }

  /** Readers share it: what a reader needs later must not be in it. */
  private void othersUseTheReceiveBuffer() {
    for (int at = 0; at < 4096; at += Long.BYTES) {
      receive.putLong(at, 0xA5A5A5A5A5A5A5A5L);
    }
  }

  private void digests(boolean header, boolean data) {
    writer.setDigests(header, data);
    reader.setDigests(header, data);
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void pdusAreFoundHoweverTheBytesAreCut(boolean header, boolean data) {
    digests(header, data);
    List<String> expected = aMixture();
    byte[] bytes = stream.take();
    for (int chunk = 1; chunk <= bytes.length; chunk = chunk < 80 ? chunk + 1 : chunk + 97) {
      seen.clear();
      feed(bytes, chunk);
      assertThat(seen).as("chunks of " + chunk).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aCutAtAnyByteIsHarmless(boolean digest) {
    digests(digest, digest);
    List<String> expected = aMixture();
    byte[] bytes = stream.take();
    for (int cut = 1; cut < bytes.length; cut++) {
      seen.clear();
      feed(Arrays.copyOf(bytes, cut), cut);
      feed(Arrays.copyOfRange(bytes, cut, bytes.length), bytes.length);
      assertThat(seen).as("cut at " + cut).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void longSegmentsGoToTheirDestination(boolean digest) {
    digests(digest, digest);
    reader.setMaxDataSegmentBytes(256 * 1024);
    for (int chunk : new int[] {1000, 4096, 65536, 1 << 20}) {
      List<String> expected =
          List.of(
              dataIn(1, 256 * 1024, 1),
              dataIn(2, 100_001, 2),
              text(3, 60_000, 3),
              dataIn(4, 70_000, 4),
              dataIn(5, 4096, 5));
      seen.clear();
      feed(stream.take(), chunk);
      assertThat(seen).as("chunks of " + chunk).isEqualTo(expected);
    }
  }

  @Test
  void afterALongSegmentTheNextOneIsReadStraightIntoItsDestination() {
    reader.setMaxDataSegmentBytes(256 * 1024);
    dataIn(1, 256 * 1024, 1);
    dataIn(2, 256 * 1024, 2);
    byte[] bytes = stream.take();
    feed(bytes, bytes.length);
    ByteBuffer[] targets = new ByteBuffer[4];
    assertThat(reader.readTargets(targets)).isEqualTo(1);
    assertThat(targets[0].remaining()).isEqualTo(4096);
  }

  @Test
  void destinationComesFirstAndTheReceiveBufferBehindIt() {
    reader.setMaxDataSegmentBytes(64 * 1024);
    dataIn(1, 10_000, 1);
    byte[] bytes = stream.take();
    feed(Arrays.copyOf(bytes, 48 + 100), 48 + 100);
    ByteBuffer[] targets = new ByteBuffer[4];
    assertThat(reader.readTargets(targets)).isEqualTo(2);
    assertThat(targets[0]).isSameAs(destination);
    assertThat(targets[0].position()).isEqualTo(DESTINATION_OFFSET + 100);
    assertThat(targets[0].remaining()).isEqualTo(9_900);
  }

  @Test
  void lengthsBeyondTheLimitsAreRefused() {
    reader.setMaxDataSegmentBytes(512);
    dataIn(9, 513, 1);
    assertThatThrownBy(() -> feed(stream.take(), 1000))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("data segment of 513 bytes in DATA_IN with ITT 0x9, at most 512");
    reader.restart();
    reader.setMaxAhsBytes(16);
    extendedCommand(9);
    assertThatThrownBy(() -> feed(stream.take(), 1000))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("additional header segments of 20 bytes");
  }

  @Test
  void segmentWithoutDestinationMustFitTheReceiveBuffer() {
    reader.setMaxDataSegmentBytes(1 << 20);
    keepEverything = true;
    dataIn(1, PduReader.MAX_KEPT_SEGMENT_BYTES + 1, 1);
    assertThatThrownBy(() -> feed(stream.take(), 100_000))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("65537");
  }

  @Test
  void everyFlippedBitIsFoundByADigest() {
    digests(true, true);
    dataIn(1, 5, 1);
    text(2, 6, 2);
    byte[] bytes = stream.take();
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] wrong = bytes.clone();
      wrong[bit / 8] ^= (byte) (1 << bit % 8);
      reader.restart();
      reader.setDigests(true, true);
      seen.clear();
      try {
        feed(wrong, wrong.length);
        // A longer announced length waits for bytes that do not come; nothing wrong is delivered.
        assertThat(seen).as("bit " + bit).hasSizeLessThan(2);
      } catch (IscsiProtocolException found) {
        assertThat(found).hasMessageMatching("(?s).*(digest mismatch|at most).*");
      }
    }
  }

  @Test
  void nothingIsDeliveredAfterStop() {
    stopAtFirst = true;
    aMixture();
    byte[] bytes = stream.take();
    feed(bytes, bytes.length);
    assertThat(seen).hasSize(1);
  }

  @Test
  void randomBytesNeverDoAnythingButBeRefused() {
    for (int seed = 0; seed < 2000; seed++) {
      byte[] bytes = new byte[4096];
      new Random(seed).nextBytes(bytes);
      reader.restart();
      reader.setMaxDataSegmentBytes(256 * 1024);
      try {
        feed(bytes, 1 + seed % 500);
      } catch (IscsiProtocolException refused) {
        assertThat(refused.getMessage()).as("seed " + seed).isNotEmpty();
      }
    }
  }
}
