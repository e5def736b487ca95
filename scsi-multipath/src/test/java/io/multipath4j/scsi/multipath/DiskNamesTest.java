package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskNamesTest {

  @ParameterizedTest
  @CsvSource({
    "0, sda",
    "1, sdb",
    "25, sdz",
    "26, sdaa",
    "51, sdaz",
    "52, sdba",
    "701, sdzz",
    "702, sdaaa",
  })
  void indicesBecomeLetters(int index, String name) {
    assertThat(DiskNames.disk(index)).isEqualTo(name);
  }

  @Test
  void aPathIsNamedAfterItsDiskAndItsOwnIndex() {
    assertThat(DiskNames.path("sdc", 1)).isEqualTo("sdc:1");
  }
}
