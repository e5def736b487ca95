package io.multipath4j.array.backing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NullStoreTest extends BackingStoreContract {

  @Override
  BackingStore create() {
    return new NullStore(SIZE, (byte) 0);
  }

  @Override
  boolean keepsWrites() {
    return false;
  }

  @Test
  void readsAsItsConstantAndSaysThatDiscardDoesNotZero() throws Exception {
    store = new NullStore(SIZE, (byte) 0xA5);
    write(0, new byte[] {1, 2, 3});
    assertThat(read(0, 200_000)).containsOnly(0xA5);
    assertThat(store.zeroesDiscarded()).isFalse();
  }
}
