package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.scsi.codec.Designator.Association;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagesTest {

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static final StandardInquiry DISK =
      new StandardInquiry(
          0,
          StandardInquiry.DISK,
          false,
          6,
          3,
          true,
          false,
          true,
          "MPATH4J",
          "Array disk",
          "0001",
          List.of(0x00A0, 0x0960));

  @Test
  void standardInquiryHasTheBytesOfTheStandard() throws MalformedDataException {
    byte[] data = DISK.encode();
    assertThat(data).hasSize(74);
    assertThat(Arrays.copyOf(data, 8)).isEqualTo(bytes("00 00 06 12 45 38 00 02"));
    assertThat(new String(data, 8, 28, StandardCharsets.US_ASCII))
        .isEqualTo("MPATH4J Array disk      0001");
    assertThat(Arrays.copyOfRange(data, 58, 64)).isEqualTo(bytes("00a0 0960 0000"));
    assertThat(StandardInquiry.decode(data)).isEqualTo(DISK);
    assertThat(StandardInquiry.decode(Arrays.copyOf(data, 36)).versionDescriptors()).isEmpty();
  }

  @Test
  void absentUnitIsNotPresent() throws MalformedDataException {
    byte[] data = DISK.encode();
    data[0] = 0x7F;
    StandardInquiry inquiry = StandardInquiry.decode(data);
    assertThat(inquiry.qualifier()).isEqualTo(StandardInquiry.NOT_CAPABLE);
    assertThat(inquiry.deviceType()).isEqualTo(StandardInquiry.NO_DEVICE);
    assertThat(inquiry.present()).isFalse();
    assertThat(DISK.present()).isTrue();
  }

  @Test
  void inquiryTextCannotSmuggleControlBytes() throws MalformedDataException {
    byte[] data = DISK.encode();
    data[8] = 0x1B;
    data[9] = (byte) 0x9B;
    assertThat(StandardInquiry.decode(data).vendor()).isEqualTo("??ATH4J");
  }

  @ParameterizedTest(name = "TPGS in {0} is {1}")
  @CsvSource({"00,0", "10,1", "20,2", "30,3", "cf,0"})
  void tpgsIsBits5And4OfByte5(String byte5, int tpgs) throws MalformedDataException {
    byte[] data = DISK.encode();
    data[5] = bytes(byte5)[0];
    assertThat(StandardInquiry.decode(data).tpgs()).isEqualTo(tpgs);
  }

  @Test
  void lunsBelow256ArePeripheralAndTheOthersFlat() {
    assertThat(Lun.of(0)).isZero();
    assertThat(Lun.of(255)).isEqualTo(0x00FF_0000_0000_0000L);
    assertThat(Lun.of(256)).isEqualTo(0x4100_0000_0000_0000L);
    assertThat(Lun.of(16383)).isEqualTo(0x7FFF_0000_0000_0000L);
    for (int number : new int[] {0, 1, 255, 256, 16383}) {
      assertThat(Lun.number(Lun.of(number))).isEqualTo(number);
    }
    assertThat(Lun.number(0x4001_0000_0000_0000L)).as("flat 1").isEqualTo(1);
    assertThat(Lun.same(0x4001_0000_0000_0000L, Lun.of(1))).isTrue();
    assertThat(Lun.number(0xC101_0000_0000_0000L)).as("well known").isEqualTo(-1);
    assertThat(Lun.number(0x0101_0000_0000_0000L)).as("bus 1").isEqualTo(-1);
    assertThat(Lun.number(0x0001_0002_0000_0000L)).as("two levels").isEqualTo(-1);
    assertThat(Lun.text(0xC101_0000_0000_0000L)).isEqualTo("0xc101000000000000");
    assertThatThrownBy(() -> Lun.of(16384)).hasMessageContaining("0 to 16383");
  }

  @Test
  void lunListGoesBothWays() throws MalformedDataException {
    List<Long> luns = List.of(Lun.of(0), Lun.of(300));
    byte[] data = LunList.encode(luns);
    assertThat(data).isEqualTo(bytes("00000010 00000000 0000000000000000 412c000000000000"));
    assertThat(LunList.decode(data)).isEqualTo(luns);
    assertThat(LunList.totalBytes(Arrays.copyOf(data, 8))).isEqualTo(24);
    assertThatThrownBy(() -> LunList.decode(Arrays.copyOf(data, 23)))
        .hasMessageContaining("announces a total of 24");
    assertThatThrownBy(() -> LunList.totalBytes(bytes("fffffff8 00000000")))
        .hasMessageContaining("536870911 LUNs");
  }

  @Test
  void capacity10And16HaveTheBytesOfTheStandard() throws MalformedDataException {
    Capacity small = Capacity.of(0x12345, 512);
    assertThat(small.encode10()).isEqualTo(bytes("00012344 00000200"));
    assertThat(Capacity.decode10(small.encode10())).isEqualTo(small);

    Capacity big = new Capacity(0x1_2345_6788L, 4096, 3, 0x1234, true, true, true);
    assertThat(big.encode16())
        .isEqualTo(bytes("0000000123456788 00001000 01 03 d234 00000000000000000000000000000000"));
    assertThat(Capacity.decode16(big.encode16())).isEqualTo(big);
    assertThat(big.encode10()).isEqualTo(bytes("ffffffff 00001000"));
    assertThat(Capacity.decode10(big.encode10()).exceedsReadCapacity10()).isTrue();
    assertThat(big.physicalBlockBytes()).isEqualTo(32768);
    assertThat(big.bytes()).isEqualTo(0x1_2345_6789L * 4096);
    assertThat(Capacity.decode16(Arrays.copyOf(big.encode16(), 12)).provisioned()).isFalse();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "0000000000000001 00000000, logical block of 0 bytes",
    "0000000000000001 00000208, logical block of 520 bytes",
    "0000000000000001 80000000, logical block of 2147483648 bytes",
    "ffffffffffffffff 00000200, does not fit 63 bits",
    "0040000000000000 00000200, does not fit 63 bits",
    "0000000000000001 000200, READ CAPACITY(16) data of 11 bytes",
    "0000000000000001 00100000 00 0f 0000, physical block of 2^15",
  })
  void absurdCapacityIsRefused(String hex, String message) {
    assertThatThrownBy(() -> Capacity.decode16(bytes(hex)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void supportedPagesGoBothWays() throws MalformedDataException {
    byte[] page = SupportedPages.encode(0, new TreeSet<>(List.of(0x83, 0x00, 0xB0)));
    assertThat(page).isEqualTo(bytes("00 00 0003 00 83 b0"));
    assertThat(SupportedPages.decode(page)).containsExactly(0x00, 0x83, 0xB0);
  }

  @Test
  void serialNumberLosesItsPadding() throws MalformedDataException {
    byte[] page = UnitSerialNumber.encode(0, "  SN-42 ");
    assertThat(Arrays.copyOf(page, 4)).isEqualTo(bytes("00 80 0008"));
    assertThat(UnitSerialNumber.decode(page)).isEqualTo("SN-42");
    assertThat(UnitSerialNumber.decode(bytes("00 80 0000"))).isEmpty();
    assertThatThrownBy(() -> UnitSerialNumber.decode(new byte[] {0, (byte) 0x80, 1, 0}))
        .isInstanceOf(MalformedDataException.class);
  }

  @Test
  void deviceIdentificationHasTheBytesOfTheStandard() throws MalformedDataException {
    byte[] naa = bytes("600140505200a986f0043c9afa1fd077");
    DeviceIdentification id =
        new DeviceIdentification(
            List.of(
                Designator.naa(naa),
                Designator.t10VendorId("MPATH4J", "disk-0"),
                Designator.relativeTargetPort(2),
                Designator.targetPortGroup(0x0102),
                Designator.scsiName(Association.TARGET_PORT, "iqn.a:b,t,0x0001"),
                Designator.eui64(bytes("0102030405060708"))));
    byte[] page = id.encode(0);
    assertThat(Arrays.copyOf(page, 24))
        .isEqualTo(bytes("00 83 005a 01 03 00 10 600140505200a986f0043c9afa1fd077"));
    assertThat(Arrays.copyOfRange(page, 24, 42))
        .isEqualTo(bytes("02 01 00 0e 4d50415448344a20 6469736b2d30"));
    assertThat(Arrays.copyOfRange(page, 42, 58))
        .isEqualTo(bytes("01 14 00 04 00000002 01 15 00 04 00000102"));
    assertThat(page[58 + 3]).as("null-terminated, multiple of four").isEqualTo((byte) 20);
    assertThat(DeviceIdentification.decode(page)).isEqualTo(id);
    assertThat(id.relativeTargetPort()).isEqualTo(2);
    assertThat(id.targetPortGroup()).isEqualTo(0x0102);
  }

  @Test
  void lastPortGroupWinsWhateverItsAssociation() throws MalformedDataException {
    byte[] page = bytes("00 83 0010 01 15 00 04 00000001 01 05 00 04 00000007");
    assertThat(DeviceIdentification.decode(page).targetPortGroup()).isEqualTo(7);
    assertThat(DeviceIdentification.decode(page).relativeTargetPort()).isEqualTo(-1);
  }

  @Test
  void emptyDesignatorsAreLeftOutAndOverlongOnesRefused() throws MalformedDataException {
    assertThat(DeviceIdentification.decode(bytes("00 83 0004 01 03 00 00")).designators())
        .isEmpty();
    assertThatThrownBy(() -> DeviceIdentification.decode(bytes("00 83 0006 01 03 00 10 6001")))
        .hasMessageContaining("reaches beyond the page");
    assertThatThrownBy(() -> DeviceIdentification.decode(bytes("00 83 0003 01 03 00")))
        .hasMessageContaining("reaches beyond the page");
    assertThatThrownBy(() -> DeviceIdentification.decode(bytes("00 83 0020 01 03 00 00")))
        .hasMessageContaining("announces 36 bytes, but only 8 came");
  }

  @Test
  void aPageOfAnotherCodeIsRefused() {
    assertThatThrownBy(() -> DeviceIdentification.decode(bytes("00 80 0000")))
        .hasMessageContaining("page 83h was asked, page 80h came");
  }

  @Test
  void blockLimitsHaveTheBytesOfTheStandard() throws MalformedDataException {
    BlockLimitsPage limits =
        new BlockLimitsPage(true, 1, 8, 0x2000, 0x1000, 0xFFFF_FFFFL, 256, 16, 5, 0x10000);
    byte[] page = limits.encode(0);
    assertThat(page)
        .isEqualTo(
            bytes(
                "00 b0 003c 01 01 0008 00002000 00001000 00000000 ffffffff 00000100 00000010"
                    + "80000005 0000000000010000 0000000000000000000000000000000000000000"));
    assertThat(BlockLimitsPage.decode(page)).isEqualTo(limits);
  }

  @Test
  void shortBlockLimitsOfOldDevicesLeaveTheRestUnreported() throws MalformedDataException {
    BlockLimitsPage limits =
        BlockLimitsPage.decode(bytes("00 b0 000c 00 00 0008 00002000 00001000"));
    assertThat(limits.maxTransferBlocks()).isEqualTo(0x2000);
    assertThat(limits.maxUnmapBlocks()).isZero();
    assertThat(limits.unmapAlignment()).isEqualTo(-1);
    assertThatThrownBy(() -> BlockLimitsPage.decode(bytes("00 b0 0004 00 00 0008")))
        .isInstanceOf(MalformedDataException.class);
  }

  @Test
  void characteristicsAndProvisioningGoBothWays() throws MalformedDataException {
    BlockCharacteristics ssd = new BlockCharacteristics(BlockCharacteristics.NON_ROTATING, 3, 1);
    assertThat(Arrays.copyOf(ssd.encode(0), 9)).isEqualTo(bytes("00 b1 003c 0001 00 03 10"));
    assertThat(BlockCharacteristics.decode(ssd.encode(0))).isEqualTo(ssd);

    Provisioning thin = new Provisioning(4, true, true, false, 1, Provisioning.THIN);
    assertThat(thin.encode(0)).isEqualTo(bytes("00 b2 0004 04 c4 02 00"));
    assertThat(Provisioning.decode(thin.encode(0))).isEqualTo(thin);
  }

  @Test
  void modeParametersHaveTheBytesOfTheStandard() throws MalformedDataException {
    ModeParameters mode = new ModeParameters(true, true, true, false);
    assertThat(Arrays.copyOf(mode.encode6(), 7)).isEqualTo(bytes("17 00 90 00 08 12 04"));
    assertThat(Arrays.copyOf(mode.encode10(), 11))
        .isEqualTo(bytes("001a 00 90 00 00 0000 08 12 04"));
    assertThat(ModeParameters.decode6(mode.encode6())).isEqualTo(mode);
    assertThat(ModeParameters.decode10(mode.encode10())).isEqualTo(mode);
  }

  @Test
  void cachingPageIsFoundBehindBlockDescriptorsAndOtherPages() throws MalformedDataException {
    byte[] reply = bytes("20 00 00 08 0000000000000200 0a 02 0000 4a 01 0001 ff 08 12 04");
    assertThat(ModeParameters.decode6(reply).writeCache()).isTrue();
    assertThat(ModeParameters.decode6(bytes("03 00 80 00")))
        .isEqualTo(new ModeParameters(true, false, false, false));
  }

  @Test
  void unmapListGoesBothWays() throws MalformedDataException {
    ByteBuffer list = ByteBuffer.allocateDirect(UnmapList.ONE_RANGE_BYTES);
    UnmapList.encodeOne(list, 0x0123456789L, 0xFFFF_FFFFL);
    byte[] golden = bytes("0016 0010 00000000 0000000123456789 ffffffff 00000000");
    byte[] written = new byte[24];
    list.get(0, written);
    assertThat(written).isEqualTo(golden);
    List<Long> told = new ArrayList<>();
    UnmapList.decode(list, 0, 24, (lba, blocks) -> told.addAll(List.of(lba, blocks)));
    assertThat(told).containsExactly(0x0123456789L, 0xFFFF_FFFFL);
  }

  @Test
  void truncatedUnmapListIsRefusedAndTellsNothing() {
    ByteBuffer list = ByteBuffer.wrap(bytes("0026 0020 00000000 0000000000000001 00000001 0000"));
    assertThatThrownBy(() ->
            UnmapList.decode(
                list,
                0,
                list.capacity(),
                (lba, blocks) -> {
                  throw new AssertionError("told a range of a malformed list");
                }))
        .isInstanceOf(MalformedDataException.class);
  }
}
