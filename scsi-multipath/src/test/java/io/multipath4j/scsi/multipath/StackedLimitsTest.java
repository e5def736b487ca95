package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.block.BlockLimits;
import org.junit.jupiter.api.Test;

class StackedLimitsTest {

  private static final BlockLimits GENEROUS =
      new BlockLimits(512, 512, 512, 0, 1 << 20, 1 << 30, 1 << 30, 512, false, true, false);

  private static final BlockLimits STRICT =
      new BlockLimits(512, 4096, 4096, 65536, 65536, 0, 1 << 20, 4096, true, false, true);

  @Test
  void eachLimitIsTheMoreRestrictiveInEitherOrder() {
    BlockLimits expected =
        new BlockLimits(512, 4096, 4096, 65536, 65536, 0, 1 << 20, 4096, true, false, true);
    assertThat(StackedLimits.stack(GENEROUS, STRICT)).isEqualTo(expected);
    assertThat(StackedLimits.stack(STRICT, GENEROUS)).isEqualTo(expected);
  }

  @Test
  void pathsWithDifferentBlocksAreNotStacked() {
    BlockLimits big = new BlockLimits(4096, 4096, 4096, 0, 65536, 0, 0, 0, false, false, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackedLimits.stack(GENEROUS, big))
        .withMessage("logical blocks of 512 and 4096 bytes cannot be one disk");
  }
}
