package io.multipath4j.mpath.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "512B, 512",
    "4K, 4096",
    "4k, 4096",
    "1M, 1048576",
    "1G, 1073741824",
    "1GiB, 1073741824",
    "1GB, 1000000000",
    "1.5M, 1572864",
    "2T, 2199023255552",
    "' 1 G ', 1073741824"
  })
  void readsSizesWithUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "-1G", "1X", "1G1", "0x10", "1e9", "one"})
  void whatIsNoSizeIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is not a size")
        .hasMessageContaining("512M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9999999999999999999", "8192P", "0.3"})
  void aSizeThatNoLongHoldsExactlyIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a whole number of bytes");
  }

  @Test
  void showsTheLargestUnitThatFits() {
    assertThat(new ByteSize(512)).hasToString("512 B");
    assertThat(new ByteSize(1L << 30)).hasToString("1.0 GiB");
    assertThat(new ByteSize((1L << 30) - 1)).hasToString("1024.0 MiB");
    assertThat(new ByteSize(64L << 20)).hasToString("64.0 MiB");
  }
}
