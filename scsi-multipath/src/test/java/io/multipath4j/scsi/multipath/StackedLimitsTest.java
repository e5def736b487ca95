package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.ZonedModel;
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

  @Test
  void zonesAreTheStricterOnesAndHaveALengthOnlyWhenAllTellTheSame() {
    BlockLimits managed = GENEROUS.withZoned(zoned(ZonedModel.Kind.HOST_MANAGED, 1 << 20, 4));
    BlockLimits unlimited = GENEROUS.withZoned(zoned(ZonedModel.Kind.HOST_MANAGED, 1 << 20, 0));
    BlockLimits aware = GENEROUS.withZoned(zoned(ZonedModel.Kind.HOST_AWARE, 2 << 20, 9));
    assertThat(StackedLimits.stack(managed, unlimited)).isEqualTo(managed);
    assertThat(StackedLimits.stack(unlimited, managed)).isEqualTo(managed);
    assertThat(StackedLimits.stack(aware, managed).zoned())
        .isEqualTo(zoned(ZonedModel.Kind.HOST_MANAGED, 0, 4));
    assertThat(StackedLimits.stack(GENEROUS, GENEROUS).zoned()).isEqualTo(ZonedModel.NONE);
  }

  private static ZonedModel zoned(ZonedModel.Kind kind, long zoneBytes, int open) {
    return new ZonedModel(kind, zoneBytes, open);
  }
}
