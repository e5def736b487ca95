package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.scsi.multipath.LunIdentity.Growth;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LunIdentityTest {

  private static final LunIdentity UNIT =
      new LunIdentity("naa.1", 0, "VENDOR", "PRODUCT", "A", List.of("t10.x"), 1 << 20, 512);

  @Test
  void equalPathsHaveNoDifference() {
    assertThat(UNIT.differences(UNIT, Growth.DIFFERS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "naa.2|0|VENDOR|PRODUCT|A|1048576|512 | unique id 'naa.1' against 'naa.2'",
        "naa.1|13|VENDOR|PRODUCT|A|1048576|512 | device type 0 against 13",
        "naa.1|0|OTHER|PRODUCT|A|1048576|512 | vendor 'VENDOR' against 'OTHER'",
        "naa.1|0|VENDOR|OTHER|A|1048576|512 | product 'PRODUCT' against 'OTHER'",
        "naa.1|0|VENDOR|PRODUCT|B|1048576|512 | serial number 'A' against 'B'",
        "naa.1|0|VENDOR|PRODUCT|''|1048576|512 | serial number 'A' against none",
        "naa.1|0|VENDOR|PRODUCT|A|2097152|512 | capacity 1048576 bytes against 2097152 bytes",
        "naa.1|0|VENDOR|PRODUCT|A|1048576|4096 | block size 512 bytes against 4096 bytes",
        "naa.1|0|VENDOR|OTHER|B|1048576|512"
            + " | product 'PRODUCT' against 'OTHER'; serial number 'A' against 'B'",
      })
  void eachDifferenceIsNamed(
      String id,
      int type,
      String vendor,
      String product,
      String serial,
      long capacity,
      int block,
      String difference) {
    LunIdentity other =
        new LunIdentity(id, type, vendor, product, serial, List.of("t10.x"), capacity, block);
    assertThat(UNIT.differences(other, Growth.DIFFERS)).isEqualTo(difference);
  }

  @Test
  void t10IdsCountWhenBothHaveThem() {
    assertThat(UNIT.differences(withT10(), Growth.DIFFERS)).isEmpty();
    assertThat(UNIT.differences(withT10("t10.y"), Growth.DIFFERS))
        .isEqualTo("T10 vendor id 't10.x' against 't10.y'");
  }

  @Test
  void aUnitThatReturnsMayHaveGrownButNotShrunk() {
    assertThat(UNIT.differences(withCapacity(2 << 20), Growth.ALLOWED)).isEmpty();
    assertThat(UNIT.differences(withCapacity(1 << 19), Growth.ALLOWED))
        .isEqualTo("capacity 1048576 bytes against 524288 bytes");
  }

  private static LunIdentity withT10(String... ids) {
    return new LunIdentity("naa.1", 0, "VENDOR", "PRODUCT", "A", List.of(ids), 1 << 20, 512);
  }

  private static LunIdentity withCapacity(long bytes) {
    return new LunIdentity("naa.1", 0, "VENDOR", "PRODUCT", "A", List.of(), bytes, 512);
  }
}
