package io.multipath4j.array.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends BackingStoreContract {

  @Override
  BackingStore create() {
    return new MemoryStore(SIZE, Long.MAX_VALUE);
  }

  @Test
  void aTebibyteOfZeroesCostsNothingAndIsDiscardedAtOnce() throws Exception {
    try (MemoryStore big = new MemoryStore(1L << 40, 1 << 20)) {
      ByteBuffer data = ByteBuffer.allocateDirect(512);
      big.write((1L << 40) - 512, data, 0, 512);
      big.read(1L << 39, data, 0, 512);
      assertThat(big.allocatedBytes()).isEqualTo(MemoryStore.CHUNK_BYTES);
      assertThat(big.runLength(0, 1L << 40)).isEqualTo((1L << 40) - MemoryStore.CHUNK_BYTES);
      big.discard(0, 1L << 40);
      assertThat(big.allocatedBytes()).isZero();
    }
  }

  @Test
  void writesBeyondTheMemoryLimitFailAndDiscardMakesRoomAgain() throws Exception {
    try (MemoryStore small = new MemoryStore(SIZE, MemoryStore.CHUNK_BYTES)) {
      ByteBuffer data = ByteBuffer.allocateDirect(512);
      small.write(0, data, 0, 512);
      assertThatThrownBy(() -> small.write(MemoryStore.CHUNK_BYTES, data, 0, 512))
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageContaining("full");
      small.discard(0, MemoryStore.CHUNK_BYTES);
      small.write(MemoryStore.CHUNK_BYTES, data, 0, 512);
    }
  }

  @Test
  void aReusedChunkReadsAsZeroes() throws Exception {
    write(0, new byte[] {1, 2, 3});
    store.discard(0, MemoryStore.CHUNK_BYTES);
    write(1, new byte[] {5});
    assertThat(read(0, 3)).containsExactly(0, 5, 0);
  }

  @Test
  void refusesASizeItCannotAddress() {
    assertThatThrownBy(() -> new MemoryStore(MemoryStore.MAX_SIZE_BYTES + 1, 0))
        .hasMessageContaining("64 TiB");
  }
}
