package io.multipath4j.reactor.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.reactor.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamOutputTest {

  private final StagingPool pool = new StagingPool();
  private final StreamOutput output = new StreamOutput(pool);
  private final ByteBuffer[] gathered = new ByteBuffer[50];
  private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final List<Integer> told = new ArrayList<>();
  private int writes;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyMixOfPartsAndPartialWritesKeepsTheBytes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 3000; i++) {
      append(random);
      if (random.nextInt(8) == 0) {
        send(random.nextLong(output.pendingBytes() + 1));
      }
      assertThat(output.pendingBytes()).isEqualTo(expected.size() - sent.size());
    }
    while (!output.isEmpty()) {
      send(Long.MAX_VALUE);
    }
    assertThat(sent.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(told).hasSize(writes).isSorted().doesNotHaveDuplicates();
    assertThat(output.pendingBytes()).isZero();
    assertThat(output.pendingSegments()).isZero();
  }

  private void append(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(1, 20_000) : 48];
    random.nextBytes(bytes);
    expected.writeBytes(bytes);
    if (random.nextBoolean()) {
      ByteBuffer place = output.stage(bytes.length);
      assertThat(place.remaining()).isEqualTo(bytes.length);
      place.put(bytes);
    } else {
      int offset = random.nextInt(10);
      ByteBuffer payload = ByteBuffer.allocateDirect(offset + bytes.length + 5);
      payload.put(offset, bytes);
      int number = writes++;
      output.write(payload, offset, bytes.length, () -> told.add(number));
    }
  }

  /** Takes as a transport would: what was gathered, up to a limit. */
  private void send(long maxBytes) {
    int count = output.gather(gathered);
    long left = Math.min(maxBytes, output.gatheredBytes());
    output.advance(copy(count, left));
    output.tell();
  }

  private long copy(int count, long byteCount) {
    long left = byteCount;
    for (int i = 0; i < count && left > 0; i++) {
      byte[] bytes = new byte[(int) Math.min(left, gathered[i].remaining())];
      gathered[i].get(bytes);
      sent.writeBytes(bytes);
      left -= bytes.length;
    }
    return byteCount;
  }

  @Test
  void stagingMemoryComesBackOnceWhateverHappens() {
    for (int round = 0; round < 20; round++) {
      SplittableRandom random = new SplittableRandom(round);
      for (int i = 0; i < 300; i++) {
        output.stage(random.nextInt(1, Stream.MAX_STAGE / 8)).put((byte) 1);
        output.write(ByteBuffer.allocateDirect(1), 0, 1, null);
        if (random.nextInt(10) == 0) {
          output.gather(gathered);
          output.advance(random.nextLong(output.gatheredBytes() + 1));
          output.tell();
        }
      }
      int idleBefore = pool.idleChunks();
      if (round % 2 == 0) {
        output.clear();
      } else {
        output.advance(output.pendingBytes());
        output.tell();
      }
      assertThat(pool.idleChunks()).isGreaterThan(idleBefore);
      assertAllDistinct();
    }
  }

  /** Takes every idle chunk and gives it back: one that was released twice would come twice. */
  private void assertAllDistinct() {
    List<StagingChunk> chunks = new ArrayList<>();
    for (int i = pool.idleChunks(); i > 0; i--) {
      chunks.add(pool.acquire());
    }
    assertThat(chunks).doesNotHaveDuplicates();
    chunks.forEach(pool::release);
  }

  @Test
  void idleOutputHoldsNoStagingMemory() {
    output.stage(10);
    assertThat(pool.idleChunks()).isZero();
    output.gather(gathered);
    output.advance(10);
    assertThat(pool.idleChunks()).isEqualTo(1);
    output.stage(10);
    assertThat(pool.idleChunks()).isZero();
    output.clear();
    assertThat(pool.idleChunks()).isEqualTo(1);
  }

  @Test
  void fullChunksComeBackOneByOneAsTheyAreSent() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 5; i++) {
        output.stage(Stream.MAX_STAGE);
      }
      output.advance(2 * Stream.MAX_STAGE + 1);
      assertThat(pool.idleChunks()).isEqualTo(2);
      output.advance(output.pendingBytes());
      assertThat(pool.idleChunks()).isEqualTo(5);
    }
    for (int i = 0; i < 5; i++) {
      output.stage(Stream.MAX_STAGE);
    }
    output.clear();
    assertThat(pool.idleChunks()).isEqualTo(5);
  }

  @Test
  void partsStagedOneAfterTheOtherLeaveAsOneSegment() {
    output.stage(48).put(new byte[48]);
    output.stage(4).putInt(7);
    assertThat(output.gather(gathered)).isEqualTo(1);
    assertThat(gathered[0].remaining()).isEqualTo(52);
    output.write(ByteBuffer.allocateDirect(1), 0, 1, null);
    output.stage(1);
    assertThat(output.gather(gathered)).isEqualTo(3);
  }
}
