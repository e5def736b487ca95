package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CdbTest {

  private static String hex(int length, Consumer<byte[]> builder) {
    byte[] cdb = new byte[length];
    builder.accept(cdb);
    assertThat(Cdb.length(Cdb.opcode(cdb))).as("length of the opcode's group").isEqualTo(length);
    return HexFormat.of().formatHex(cdb);
  }

  @Test
  void buildersWriteTheBytesOfTheStandard() {
    assertThat(hex(6, Cdb::testUnitReady)).isEqualTo("000000000000");
    assertThat(hex(6, c -> Cdb.requestSense(c, 252))).isEqualTo("03000000fc00");
    assertThat(hex(6, c -> Cdb.inquiry(c, 0x0124))).isEqualTo("120000012400");
    assertThat(hex(6, c -> Cdb.inquiryVpd(c, 0x83, 0xFFFF))).isEqualTo("120183ffff00");
    assertThat(hex(12, c -> Cdb.reportLuns(c, 0x1008))).isEqualTo("a00000000000000010080000");
    assertThat(hex(10, Cdb::readCapacity10)).isEqualTo("25000000000000000000");
    assertThat(hex(16, c -> Cdb.readCapacity16(c, 32)))
        .isEqualTo("9e100000000000000000000000200000");
    assertThat(hex(6, c -> Cdb.modeSense6(c, 8, 192))).isEqualTo("1a080800c000");
    assertThat(hex(10, c -> Cdb.modeSense10(c, 0x3F, 512))).isEqualTo("5a083f00000000020000");
    assertThat(hex(10, c -> Cdb.unmap(c, 24))).isEqualTo("42000000000000001800");
  }

  @Test
  void transferBuildersPlaceAddressLengthAndFlags() {
    assertThat(hex(10, c -> Cdb.read10(c, 0xFEDCBA98L, 0xABCD, 0)))
        .isEqualTo("2800fedcba9800abcd00");
    assertThat(hex(10, c -> Cdb.write10(c, 1, 8, Cdb.FUA))).isEqualTo("2a080000000100000800");
    assertThat(hex(16, c -> Cdb.read16(c, 0x0123456789ABCDEFL, 0x11223344, Cdb.DPO)))
        .isEqualTo("88100123456789abcdef112233440000");
    assertThat(hex(16, c -> Cdb.write16(c, 0x1_0000_0000L, 1, Cdb.FUA | Cdb.DPO)))
        .isEqualTo("8a180000000100000000000000010000");
    assertThat(hex(10, c -> Cdb.synchronizeCache10(c, 0, 0))).isEqualTo("35000000000000000000");
    assertThat(hex(16, c -> Cdb.synchronizeCache16(c, 5, 6)))
        .isEqualTo("91000000000000000005000000060000");
    assertThat(hex(10, c -> Cdb.writeSame10(c, 2, 3, Cdb.UNMAP))).isEqualTo("41080000000200000300");
    assertThat(hex(16, c -> Cdb.writeSame16(c, 2, -1, Cdb.UNMAP | Cdb.NDOB)))
        .isEqualTo("93090000000000000002ffffffff0000");
  }

  @ParameterizedTest(name = "{0} has lba {1} and {2} blocks")
  @CsvSource({
    "08ff00010000, 2031617, 256",
    "0a1f00010500, 2031617, 5",
    "2800fedcba9800abcd00, 4275878552, 43981",
    "a800fedcba98ffffffff0000, 4275878552, 4294967295",
    "88000123456789abcdef112233440000, 81985529216486895, 287454020",
    "8800ffffffffffffffffffffffff0000, -1, 4294967295",
    "89000000000000000007000000030000, 7, 3",
  })
  void readersFindAddressAndLength(String hex, long lba, long blocks) {
    byte[] cdb = HexFormat.of().parseHex(hex);
    assertThat(Cdb.lba(cdb)).isEqualTo(lba);
    assertThat(Cdb.blocks(cdb)).isEqualTo(blocks);
  }

  @Test
  void readersFindTheFlags() {
    byte[] cdb = new byte[16];
    Cdb.write16(cdb, 0, 1, Cdb.FUA);
    assertThat(Cdb.fua(cdb)).isTrue();
    Cdb.write16(cdb, 0, 1, Cdb.DPO);
    assertThat(Cdb.fua(cdb)).isFalse();
    cdb[1] = (byte) 0xE0;
    assertThat(Cdb.protect(cdb)).isEqualTo(7);
    Cdb.writeSame16(cdb, 0, 1, Cdb.NDOB | Cdb.UNMAP);
    assertThat(Cdb.noDataOut(cdb)).isTrue();
    assertThat(Cdb.writeSameUnmap(cdb)).isTrue();
    Cdb.inquiryVpd(cdb, 0xB0, 64);
    assertThat(Cdb.inquiryEvpd(cdb)).isTrue();
    assertThat(Cdb.inquiryPage(cdb)).isEqualTo(0xB0);
    cdb[2] = (byte) 0x48;
    assertThat(Cdb.modePage(cdb)).isEqualTo(8);
    assertThat(Cdb.modePageControl(cdb)).isEqualTo(1);
    assertThat(Cdb.serviceAction(new byte[] {(byte) 0x9E, 0x30})).isEqualTo(0x10);
  }

  @ParameterizedTest(name = "{0} announces {1} bytes")
  @CsvSource({
    "03000000fc00, 252",
    "120183ffff00, 65535",
    "1a080800c000, 192",
    "5a083f00000000020000, 512",
    "42000000000000001800, 24",
    "5e000000000000010000, 256",
    "5f000000000001000000, 65536",
    "a00000000000ffffffff0000, 4294967295",
    "a32a00000000000000800000, 128",
    "9e100000000000000000000000200000, 32",
    "000000000000, 0",
  })
  void readersFindTheAllocationLength(String hex, long length) {
    assertThat(Cdb.allocationLength(HexFormat.of().parseHex(hex))).isEqualTo(length);
  }

  @Test
  void variableLengthAndVendorOpcodesHaveNoLength() {
    assertThat(Cdb.length(0x7F)).isZero();
    assertThat(Cdb.length(0xC0)).isZero();
    assertThat(Opcode.name(0xC1)).isEqualTo("command C1h");
    assertThat(Opcode.name(Opcode.WRITE_SAME_16)).isEqualTo("WRITE SAME(16)");
    assertThat(ScsiStatus.name(ScsiStatus.TASK_SET_FULL)).isEqualTo("TASK SET FULL");
    assertThat(ScsiStatus.name(0x55)).isEqualTo("status 55h");
  }
}
