package io.multipath4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockLimitsTest {

  private static final long CAPACITY = 1 << 20;
  private static final ByteBuffer DATA = ByteBuffer.allocate(8192);

  private static BlockLimits limits(long maxDiscard, long maxZeroes, boolean readOnly) {
    return new BlockLimits(
        512, 4096, 4096, 0, 65536, maxDiscard, maxZeroes, 4096, true, true, readOnly);
  }

  private static Bio read(long offset, int length) {
    return new Bio().asRead(offset, length, DATA, 0, ended -> {});
  }

  @ParameterizedTest
  @CsvSource({
    "0, 512, OK",
    "1048064, 512, OK",
    "1048576, 512, INVAL",
    "1048064, 1024, INVAL",
    "1, 512, INVAL",
    "0, 100, INVAL",
    "0, 0, INVAL",
    "-512, 512, INVAL",
    "9223372036854775296, 512, INVAL",
  })
  void aRangeMustBeAlignedAndWithinTheDevice(long offset, int length, BlockStatus expected) {
    assertThat(limits(0, 0, false).check(read(offset, length), CAPACITY)).isEqualTo(expected);
  }

  @Test
  void aRangeThatOverflowsIsRefused() {
    Bio discard = new Bio().asDiscard(512, Long.MAX_VALUE - 511, ended -> {});
    assertThat(limits(512, 0, false).check(discard, CAPACITY)).isEqualTo(BlockStatus.INVAL);
  }

  @Test
  void anythingFitsNotIntoAnEmptyDevice() {
    assertThat(limits(0, 0, false).check(read(0, 512), 0)).isEqualTo(BlockStatus.INVAL);
  }

  @Test
  void operationsWithoutALimitAreNotSupported() {
    Bio discard = new Bio().asDiscard(0, 512, ended -> {});
    Bio zeroes = new Bio().asWriteZeroes(0, 512, 0, ended -> {});
    assertThat(limits(0, 512, false).check(discard, CAPACITY)).isEqualTo(BlockStatus.NOTSUPP);
    assertThat(limits(512, 0, false).check(zeroes, CAPACITY)).isEqualTo(BlockStatus.NOTSUPP);
    assertThat(limits(512, 0, false).check(discard, CAPACITY)).isEqualTo(BlockStatus.OK);
    assertThat(limits(0, 512, false).check(zeroes, CAPACITY)).isEqualTo(BlockStatus.OK);
  }

  @Test
  void aReadOnlyDeviceRefusesWritesInAWayThatNoOtherPathIsTriedFor() {
    BlockLimits limits = limits(512, 512, true);
    Bio write = new Bio().asWrite(0, 512, DATA, 0, 0, ended -> {});
    assertThat(limits.check(write, CAPACITY)).isEqualTo(BlockStatus.TARGET);
    assertThat(BlockStatus.TARGET.isPathError()).isFalse();
    assertThat(limits.check(new Bio().asDiscard(0, 512, ended -> {}), CAPACITY))
        .isEqualTo(BlockStatus.TARGET);
    assertThat(limits.check(read(0, 512), CAPACITY)).isEqualTo(BlockStatus.OK);
    assertThat(limits.check(new Bio().asFlush(ended -> {}), CAPACITY)).isEqualTo(BlockStatus.OK);
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> limits(100, 0, false))
        .hasMessage("maximum discard of 100 bytes: expected 0 or at least one block");
    assertThatThrownBy(() -> limits(0, -1, false))
        .hasMessage("maximum write-zeroes of -1 bytes: expected 0 or at least one block");
  }
}
