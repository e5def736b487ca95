package io.multipath4j.mpath.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.mpath.demo.BlockPattern.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BlockPatternTest {

  private static final int BLOCK = 4096;

  private final BlockPattern pattern = new BlockPattern(BLOCK);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(3 * BLOCK);

  @Test
  void whatWasWrittenIsRight() {
    pattern.fill(buffer, BLOCK, 7, 3);

    assertThat(pattern.check(buffer, BLOCK, 7, 3)).isEqualTo(Verdict.RIGHT);
    assertThat(pattern.generation(buffer, BLOCK)).isEqualTo(3);
    assertThat(buffer.getLong(BLOCK - 8)).isZero();
    assertThat(buffer.getLong(2 * BLOCK)).isZero();
  }

  @Test
  void anOlderGenerationIsSeen() {
    pattern.fill(buffer, 0, 7, 2);

    assertThat(pattern.check(buffer, 0, 7, 3)).isEqualTo(Verdict.OTHER_GENERATION);
    assertThat(pattern.generation(buffer, 0)).isEqualTo(2);
  }

  @Test
  void aBlockFromElsewhereIsSeen() {
    pattern.fill(buffer, 0, 8, 3);

    assertThat(pattern.check(buffer, 0, 7, 3)).isEqualTo(Verdict.OTHER_BLOCK);
  }

  @Test
  void everyFlippedBitIsSeen() {
    pattern.fill(buffer, 0, 7, 3);
    for (int bit = 0; bit < BLOCK * 8; bit += 37) {
      flip(bit);
      assertThat(pattern.check(buffer, 0, 7, 3)).as("bit %d", bit).isNotEqualTo(Verdict.RIGHT);
      flip(bit);
    }
    assertThat(pattern.check(buffer, 0, 7, 3)).isEqualTo(Verdict.RIGHT);
  }

  @Test
  void aTornBlockIsSeen() {
    pattern.fill(buffer, 0, 7, 3);
    pattern.fill(buffer, BLOCK, 7, 4);
    buffer.put(512, buffer, BLOCK + 512, BLOCK - 512);

    assertThat(pattern.check(buffer, 0, 7, 3)).isEqualTo(Verdict.DAMAGED);
  }

  @Test
  void zerosAreRightOnlyBeforeTheFirstWrite() {
    assertThat(pattern.check(buffer, 0, 7, 0)).isEqualTo(Verdict.RIGHT);
    assertThat(pattern.check(buffer, 0, 7, 1)).isEqualTo(Verdict.OTHER_GENERATION);
    buffer.put(100, (byte) 1);
    assertThat(pattern.check(buffer, 0, 7, 0)).isEqualTo(Verdict.DAMAGED);
  }

  private void flip(int bit) {
    buffer.put(bit / 8, (byte) (buffer.get(bit / 8) ^ (1 << (bit % 8))));
  }
}
