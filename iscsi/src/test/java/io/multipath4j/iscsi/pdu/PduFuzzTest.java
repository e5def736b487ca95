package io.multipath4j.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.MemoryStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives, a reader finds PDUs or says that the protocol is broken. */
class PduFuzzTest {

  private static final long SEED = 20261120;
  private static final int ROUNDS = 1500;
  private static final int MAX_SEGMENT = 32 * 1024;

  private final MemoryStream stream = new MemoryStream();
  private final ByteBuffer destination = ByteBuffer.allocateDirect(MAX_SEGMENT + 8);
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(MAX_SEGMENT);
  private final ByteBuffer receive = ByteBuffer.allocateDirect(PduReader.MIN_BUFFER_BYTES);
  private Random random = new Random(SEED);
  private int pdus;

  private final class Sink implements PduSink {

    @Override
    public void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length) {
      assertThat(length).isBetween(1, MAX_SEGMENT);
      switch (random.nextInt(3)) {
        case 0 -> reader.into(destination, random.nextInt(8));
        case 1 -> reader.discardInto(scratch);
        default -> {} // kept
      }
    }

    @Override
    public void pdu(ByteBuffer buffer, int at, int dataAt) {
      pdus++;
      Bhs.describe(buffer, at);
      int ahs = Bhs.ahsBytes(buffer, at);
      if (dataAt >= 0) {
        buffer.get(dataAt, new byte[Bhs.dataSegmentLength(buffer, at)]);
      }
      if (ahs > 0 || random.nextBoolean()) {
        ScsiCommandPdu.cdb(buffer, at, new byte[32]);
      }
    }
  }

  @Test
  void randomAndMutatedStreamsOnlyBreakTheProtocol() {
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      boolean headerDigest = random.nextInt(4) == 0;
      boolean dataDigest = random.nextInt(4) == 0;
      byte[] bytes = random.nextInt(4) == 0 ? noise() : mutated(headerDigest, dataDigest);
      PduReader reader = new PduReader(receive, new Sink());
      reader.setDigests(headerDigest, dataDigest);
      reader.setMaxDataSegmentBytes(MAX_SEGMENT);
      try {
        feed(reader, bytes);
      } catch (IscsiProtocolException broken) {
        assertThat(broken.getMessage()).isNotEmpty();
      } catch (RuntimeException escaped) {
        throw new AssertionError("seed " + (SEED + round), escaped);
      }
    }
    assertThat(pdus).as("PDUs that were found at all").isGreaterThan(ROUNDS);
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(2000)];
    random.nextBytes(bytes);
    for (int at = 0; at + Bhs.BYTES <= bytes.length && random.nextInt(3) != 0; at += Bhs.BYTES) {
      bytes[at + 4] = 0; // or hardly any header would have acceptable lengths
      bytes[at + 5] = 0;
      bytes[at + 6] = 0;
    }
    return bytes;
  }

  private byte[] mutated(boolean headerDigest, boolean dataDigest) {
    PduWriter writer = new PduWriter(stream);
    writer.setDigests(headerDigest, dataDigest);
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(4) == 0 ? 0 : random.nextInt(random.nextInt(8) == 0 ? 30000 : 99);
      boolean extended = random.nextInt(4) == 0;
      ByteBuffer header = writer.begin(extended ? ScsiCommandPdu.ahsBytesFor(32) : 0);
      ScsiCommandPdu.init(header, header.position(), 0x80);
      if (extended) {
        ScsiCommandPdu.setCdb(header, header.position(), new byte[32], 32);
      }
      header.put(header.position(), (byte) random.nextInt(64));
      writer.endWithBytes(new byte[length], 0, length);
    }
    byte[] bytes = stream.take();
    for (int i = random.nextInt(5); i > 0; i--) {
      int at = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(Bhs.BYTES);
      bytes[at] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private void feed(PduReader reader, byte[] bytes) {
    ByteBuffer[] targets = new ByteBuffer[4];
    for (int at = 0; at < bytes.length; ) {
      int count = reader.readTargets(targets);
      int limit = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 60 : 9999));
      int put = 0;
      for (int i = 0; i < count; i++) {
        int part = Math.min(targets[i].remaining(), limit - put);
        targets[i].put(bytes, at + put, part);
        put += part;
      }
      assertThat(put).as("room to read into").isPositive();
      reader.received(put);
      at += put;
    }
  }
}
