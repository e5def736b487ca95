package io.multipath4j.scsi.multipath.tree;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceNumberTest {

  @ParameterizedTest
  @CsvSource({
    "0, 8:0",
    "2, 8:32",
    "15, 8:240",
    "16, 65:0",
    "127, 71:240",
    "128, 128:0",
    "255, 135:240",
    "256, 8:256",
    "272, 65:256"
  })
  void disksHaveTheNumbersOfLinux(int index, String number) {
    assertThat(DeviceNumber.ofDisk(index)).hasToString(number);
  }
}
