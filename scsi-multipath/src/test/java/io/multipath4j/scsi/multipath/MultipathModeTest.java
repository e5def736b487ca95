package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipathModeTest {

  @Test
  void theThreeWordsMeanTheThreeModes() {
    assertThat(MultipathMode.parse("off")).isEqualTo(MultipathMode.OFF);
    assertThat(MultipathMode.parse("on")).isEqualTo(MultipathMode.ON);
    assertThat(MultipathMode.parse("always")).isEqualTo(MultipathMode.ALWAYS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "office", "ON", "alway", "always ", "on\n", "", "Y", "1"})
  void everyOtherWordIsRefusedAndNamed(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MultipathMode.parse(word))
        .withMessage("multipath mode '" + word + "' is unknown: expected off, on or always");
  }
}
