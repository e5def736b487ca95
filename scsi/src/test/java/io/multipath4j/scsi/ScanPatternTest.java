package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanPatternTest {

  @Test
  void threePartsAreNumbersOrWildcards() {
    assertThat(ScanPattern.parse("- - -")).isEqualTo(ScanPattern.ALL);
    assertThat(ScanPattern.parse(" 0 -\t16383\n")).isEqualTo(new ScanPattern(0, -1, 16383));
    assertThat(ScanPattern.parse("0 0 7")).hasToString("0 0 7");
    assertThat(ScanPattern.ALL).hasToString("- - -");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "- -",
        "- - - -",
        "0:0:0",
        "0 0 16384",
        "-1 0 0",
        "0 0 x",
        "0 0 9999999999",
        "0 0 +1",
        "0 0 \u0663"
      })
  void everythingElseIsRefusedAndNamed(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScanPattern.parse(text))
        .withMessageContaining("scan pattern '");
  }
}
