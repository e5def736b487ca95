package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zones, by the layouts of ZBC-2 5.11 and 6.4. */
class ZoneListTest {

  private static final String ZEROES_32 = "00".repeat(32);
  private static final String CONVENTIONAL =
      "0100000000000000" + "0000000000080000" + "0000000000000000" + "ffffffffffffffff" + ZEROES_32;
  private static final String OPEN =
      "0223000000000000" + "0000000000080000" + "0000000000080000" + "0000000000080010" + ZEROES_32;
  private static final String GOLDEN =
      "00000080" + "01000000" + "00000000000fffff" + "00".repeat(48) + CONVENTIONAL + OPEN;
  private static final List<ZoneDescriptor> ZONES =
      List.of(
          new ZoneDescriptor(
              ZoneDescriptor.CONVENTIONAL,
              ZoneDescriptor.NOT_WRITE_POINTER,
              false,
              false,
              0x80000,
              0,
              ZoneDescriptor.NO_WRITE_POINTER),
          new ZoneDescriptor(
              ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED,
              ZoneDescriptor.IMPLICITLY_OPENED,
              true,
              true,
              0x80000,
              0x80000,
              0x80010));

  @Test
  void reportZones() throws Exception {
    ZoneList list = new ZoneList(128, 1, 0xFFFFF, ZONES);
    assertThat(HexFormat.of().formatHex(list.encode())).isEqualTo(GOLDEN);
    assertThat(ZoneList.decode(HexFormat.of().parseHex(GOLDEN))).isEqualTo(list);
  }

  @Test
  void aReplyThatWasCutHasTheZonesThatAreWhole() throws Exception {
    byte[] golden = HexFormat.of().parseHex(GOLDEN);
    ZoneList cut = ZoneList.decode(Arrays.copyOf(golden, golden.length - 1));
    assertThat(cut.zones()).hasSize(1);
    assertThat(cut.listBytes()).isEqualTo(128);
    assertThatThrownBy(() -> ZoneList.decode(Arrays.copyOf(golden, 63)))
        .isInstanceOf(MalformedDataException.class);
    golden[3] = 65;
    assertThatThrownBy(() -> ZoneList.decode(golden)).hasMessageContaining("no multiple of 64");
  }

  @Test
  void commands() {
    byte[] cdb = new byte[16];
    Cdb.reportZones(cdb, 0x0102030405060708L, ZoneList.ONLY_FULL, true, 0x1000);
    assertThat(HexFormat.of().formatHex(cdb)).isEqualTo("95000102030405060708000010008500");
    assertThat(Cdb.zoneReportingOptions(cdb)).isEqualTo(ZoneList.ONLY_FULL);
    assertThat(Cdb.zonePartialReport(cdb)).isTrue();
    assertThat(Cdb.allocationLength(cdb)).isEqualTo(0x1000);
    Arrays.fill(cdb, (byte) 0);
    Cdb.zoneAction(cdb, Opcode.SA_RESET_WRITE_POINTER, 0x80000, false);
    assertThat(HexFormat.of().formatHex(cdb)).isEqualTo("94040000000000080000000000000000");
    Arrays.fill(cdb, (byte) 0);
    Cdb.zoneAction(cdb, Opcode.SA_FINISH_ZONE, 0, true);
    assertThat(HexFormat.of().formatHex(cdb)).isEqualTo("94020000000000000000000000000100");
    assertThat(Cdb.allZones(cdb)).isTrue();
  }

  @Test
  void zonedCharacteristics() throws Exception {
    String golden =
        "14b6003c" + "01000000" + "ffffffff" + "ffffffff" + "00000080" + "00".repeat(44);
    ZonedCharacteristics page =
        new ZonedCharacteristics(
            true, ZonedCharacteristics.NOT_REPORTED, ZonedCharacteristics.NOT_REPORTED, 128);
    assertThat(HexFormat.of().formatHex(page.encode(0x14))).isEqualTo(golden);
    assertThat(ZonedCharacteristics.decode(HexFormat.of().parseHex(golden))).isEqualTo(page);
    assertThatThrownBy(
            () -> ZonedCharacteristics.decode(HexFormat.of().parseHex("14b6000400000000")))
        .isInstanceOf(MalformedDataException.class);
  }
}
