package io.multipath4j.array.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store promises. Run on each implementation. */
abstract class BackingStoreContract {

  /** Crosses chunk boundaries and ends within a chunk. */
  static final long SIZE = 5 * MemoryStore.CHUNK_BYTES + 4096;

  @TempDir Path folder;
  BackingStore store;

  abstract BackingStore create() throws Exception;

  /** False for a store that drops what is written. */
  boolean keepsWrites() {
    return true;
  }

  @BeforeEach
  void open() throws Exception {
    store = create();
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    store.close();
  }

  @Test
  void hasTheSizeAskedFor() {
    assertThat(store.sizeBytes()).isEqualTo(SIZE);
  }

  @Test
  void freshStoreReadsAsZeroes() throws Exception {
    assertThat(read(0, (int) SIZE)).containsOnly(0);
  }

  @Test
  void aRangeReadsBackAsWrittenAndItsNeighboursDoNotChange() throws Exception {
    byte[] model = new byte[(int) SIZE];
    long seed = 20260101;
    RandomGenerator random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      int length = 1 + random.nextInt(100_000);
      int position = random.nextInt((int) SIZE - length + 1);
      if (random.nextInt(4) == 0) {
        store.discard(position, length);
        java.util.Arrays.fill(model, position, position + length, (byte) 0);
      } else {
        byte[] data = new byte[length];
        random.nextBytes(data);
        write(position, data);
        if (keepsWrites()) {
          System.arraycopy(data, 0, model, position, length);
        }
      }
      assertThat(read(0, (int) SIZE)).as("seed %d, step %d", seed, i).isEqualTo(model);
    }
    store.flush();
    assertThat(read(0, (int) SIZE)).isEqualTo(model);
  }

  @Test
  void readTouchesOnlyTheIndicesAskedFor() throws Exception {
    write(0, new byte[] {9, 9, 9, 9});
    ByteBuffer to = ByteBuffer.allocateDirect(8);
    for (int i = 0; i < 8; i++) {
      to.put(i, (byte) 7);
    }
    store.read(0, to, 2, 4);
    assertThat(to.get(1)).isEqualTo((byte) 7);
    assertThat(to.get(2)).isEqualTo((byte) (keepsWrites() ? 9 : 0));
    assertThat(to.get(6)).isEqualTo((byte) 7);
  }

  @Test
  void runsCoverTheStoreAndAlternateOnlyWhereAllocationChanges() throws Exception {
    write(MemoryStore.CHUNK_BYTES, new byte[] {1});
    long at = 0;
    while (at < SIZE) {
      long run = store.runLength(at, SIZE - at);
      assertThat(run).isBetween(1L, SIZE - at);
      if (at + run < SIZE) {
        assertThat(store.isAllocated(at + run)).isNotEqualTo(store.isAllocated(at));
      }
      at += run;
    }
    assertThat(store.runLength(3, 5)).isEqualTo(5);
    assertThat(store.isAllocated(MemoryStore.CHUNK_BYTES)).isTrue();
  }

  void write(long position, byte[] data) throws Exception {
    ByteBuffer from = ByteBuffer.allocateDirect(data.length + 3);
    from.put(3, data);
    store.write(position, from, 3, data.length);
  }

  byte[] read(long position, int length) throws Exception {
    ByteBuffer to = ByteBuffer.allocateDirect(length);
    store.read(position, to, 0, length);
    byte[] data = new byte[length];
    to.get(0, data);
    return data;
  }
}
