package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.SupportedPages;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import io.multipath4j.scsi.codec.ZonedCharacteristics;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host-managed disk of 4096 blocks: zones of 512, the first conventional, two may be open. */
class ZonedUnitTest {

  private static final int ZONE = 512;
  private static final int OPEN = Opcode.SA_OPEN_ZONE;
  private static final int CLOSE = Opcode.SA_CLOSE_ZONE;
  private static final int FINISH = Opcode.SA_FINISH_ZONE;
  private static final int RESET = Opcode.SA_RESET_WRITE_POINTER;

  private ArrayFixture array = ArrayFixture.zoned(layout(false));

  private static ZoneLayout layout(boolean unrestrictedReads) {
    return new ZoneLayout(ZONE * ArrayFixture.BLOCK, 1, 2, unrestrictedReads);
  }

  @BeforeEach
  void takePowerOn() {
    array.nexus.attentions(1).take();
  }

  @AfterEach
  void close() {
    array.close();
  }

  // ---- Identity

  @Test
  void itSaysThatItIsHostManaged() throws Exception {
    assertThat(StandardInquiry.decode(array.dataIn(cdb -> Cdb.inquiry(cdb, 255))).deviceType())
        .isEqualTo(StandardInquiry.HOST_MANAGED_ZONED);
    assertThat(SupportedPages.decode(vpd(0))).containsExactly(0, 0x80, 0x83, 0xB0, 0xB1, 0xB6);
    ZonedCharacteristics zoned = ZonedCharacteristics.decode(vpd(0xB6));
    assertThat(zoned.maxOpenRequired()).isEqualTo(2);
    assertThat(zoned.unrestrictedReads()).isFalse();
    BlockLimitsPage limits = BlockLimitsPage.decode(vpd(0xB0));
    assertThat(limits.maxUnmapDescriptors()).isZero();
    byte[] capacity = array.dataIn(cdb -> Cdb.readCapacity16(cdb, 32));
    assertThat(Capacity.decode16(capacity).blocks()).isEqualTo(ArrayFixture.BLOCKS);
    assertThat(Capacity.decode16(capacity).provisioned()).isFalse();
    assertThat(capacity[12] & 0x30).as("RC BASIS").isEqualTo(0x10);
    array.run(cdb -> Cdb.inquiryVpd(cdb, 0xB2, 255));
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void provisioningIsNotForZonesNorZonesForADisk() {
    array.dataOut("4200 00000000 00 0000 00", new byte[0]);
    array.assertSense(Condition.INVALID_COMMAND_OPERATION_CODE);
    array.run("9E12 0000000000000000 000000FF 00 00");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    try (ArrayFixture disk = new ArrayFixture()) {
      disk.nexus.attentions(1).take();
      disk.run(cdb -> Cdb.reportZones(cdb, 0, 0, false, 4096));
      disk.assertSense(Condition.INVALID_COMMAND_OPERATION_CODE);
      disk.run("A30C 03 95 0000 000000FF 0000");
      assertThat(disk.reply()[1]).as("not supported").isEqualTo((byte) 1);
    }
    array.run("A30C 03 95 0000 000000FF 0000");
    assertThat(array.reply()[1]).as("supported").isEqualTo((byte) 3);
  }

  // ---- Writes

  @Test
  void aWriteGoesToTheWritePointerAndMovesIt() throws Exception {
    write(ZONE, 8);
    array.assertGood();
    assertZone(1, ZoneDescriptor.IMPLICITLY_OPENED, ZONE + 8);
    write(ZONE, 8);
    array.assertSense(Condition.UNALIGNED_WRITE_COMMAND);
    write(ZONE + 9, 8);
    array.assertSense(Condition.UNALIGNED_WRITE_COMMAND);
    write(ZONE + 8, ZONE - 8);
    array.assertGood();
    assertZone(1, ZoneDescriptor.FULL, ZoneDescriptor.NO_WRITE_POINTER);
    write(ZONE, 1);
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void aWriteDoesNotCrossTheEndOfItsZone() throws Exception {
    write(ZONE, ZONE + 1);
    array.assertSense(Condition.WRITE_BOUNDARY_VIOLATION);
    write(ZONE - 1, 2);
    array.assertSense(Condition.WRITE_BOUNDARY_VIOLATION);
    assertZone(1, ZoneDescriptor.EMPTY, ZONE);
    write(8L * ZONE, 1);
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
  }

  @Test
  void aConventionalZoneIsWrittenInAnyOrder() throws Exception {
    write(100, 1);
    array.assertGood();
    write(5, 1);
    array.assertGood();
    write(5, 1);
    array.assertGood();
    assertZone(0, ZoneDescriptor.NOT_WRITE_POINTER, ZoneDescriptor.NO_WRITE_POINTER);
  }

  @Test
  void whatIsShortMovesTheWritePointerByWhatCame() throws Exception {
    array.dataOut("2A00 00000200 00 0008 00", ArrayFixture.pattern(3 * ArrayFixture.BLOCK, 1));
    array.assertGood();
    assertZone(1, ZoneDescriptor.IMPLICITLY_OPENED, ZONE + 3);
  }

  @Test
  void writeSameWritesAtTheWritePointerToo() throws Exception {
    byte[] block = ArrayFixture.pattern(ArrayFixture.BLOCK, 7);
    array.dataOut("9300 0000000000000200 00000010 00 00", block);
    array.assertGood();
    assertZone(1, ZoneDescriptor.IMPLICITLY_OPENED, ZONE + 16);
    array.dataOut("9300 0000000000000200 00000010 00 00", block);
    array.assertSense(Condition.UNALIGNED_WRITE_COMMAND);
    assertThat(array.stored(ZONE + 15, 1)).isEqualTo(block);
  }

  @Test
  void aWriteOfNothingIsNoWrite() throws Exception {
    write(ZONE + 5, 0);
    array.assertGood();
    assertZone(1, ZoneDescriptor.EMPTY, ZONE);
  }

  // ---- Reads

  @Test
  void aReadStaysBelowTheWritePointerAndInItsZone() {
    write(ZONE, ZONE);
    write(2 * ZONE, 8);
    read(2 * ZONE, 8);
    array.assertGood();
    read(2 * ZONE, 9);
    array.assertSense(Condition.ATTEMPT_TO_READ_INVALID_DATA);
    read(2 * ZONE - 1, 2);
    array.assertSense(Condition.READ_BOUNDARY_VIOLATION);
    read(ZONE - 1, 2);
    array.assertSense(Condition.READ_BOUNDARY_VIOLATION);
    read(ZONE - 1, 1);
    array.assertGood();
    read(2 * ZONE - 1, 1);
    array.assertGood();
  }

  @Test
  void unrestrictedReadsFindZeroes() {
    array.close();
    array = ArrayFixture.zoned(layout(true));
    array.nexus.attentions(1).take();
    write(ZONE, 1);
    read(ZONE - 1, 3);
    array.assertGood();
    byte[] data = array.reply();
    assertThat(data[ArrayFixture.BLOCK + 1]).isNotZero();
    assertThat(data[2 * ArrayFixture.BLOCK + 1]).isZero();
  }

  // ---- Conditions

  @Test
  void whenTooManyAreOpenAnImplicitOneIsClosed() throws Exception {
    write(ZONE, 1);
    write(2 * ZONE, 1);
    write(3 * ZONE, 1);
    array.assertGood();
    assertZone(1, ZoneDescriptor.CLOSED, ZONE + 1);
    assertZone(3, ZoneDescriptor.IMPLICITLY_OPENED, 3 * ZONE + 1);
  }

  @Test
  void explicitlyOpenZonesAreALimitForOthers() throws Exception {
    good(OPEN, ZONE);
    good(OPEN, 2 * ZONE);
    good(OPEN, 2 * ZONE);
    assertZone(2, ZoneDescriptor.EXPLICITLY_OPENED, 2 * ZONE);
    act(OPEN, 3 * ZONE, false);
    array.assertSense(Condition.INSUFFICIENT_ZONE_RESOURCES);
    write(3 * ZONE, 1);
    array.assertSense(Condition.INSUFFICIENT_ZONE_RESOURCES);
    write(ZONE, 1);
    array.assertGood();
    assertZone(1, ZoneDescriptor.EXPLICITLY_OPENED, ZONE + 1);
    good(CLOSE, ZONE);
    good(CLOSE, 2 * ZONE);
    assertZone(1, ZoneDescriptor.CLOSED, ZONE + 1);
    assertZone(2, ZoneDescriptor.EMPTY, 2 * ZONE);
    write(3 * ZONE, 1);
    array.assertGood();
  }

  @Test
  void finishFillsAZoneAndResetEmptiesIt() throws Exception {
    write(ZONE, 4);
    good(FINISH, ZONE);
    assertZone(1, ZoneDescriptor.FULL, ZoneDescriptor.NO_WRITE_POINTER);
    good(OPEN, ZONE);
    assertZone(1, ZoneDescriptor.FULL, ZoneDescriptor.NO_WRITE_POINTER);
    read(ZONE, ZONE);
    array.assertGood();
    good(RESET, ZONE);
    assertZone(1, ZoneDescriptor.EMPTY, ZONE);
    assertThat(array.stored(ZONE, 4)).containsOnly(0);
  }

  @Test
  void anActionOnAllTakesThoseThatItIsFor() throws Exception {
    write(ZONE, 1);
    write(2 * ZONE, 1);
    act(CLOSE, 0, true);
    array.assertGood();
    assertThat(starts(ZoneList.ONLY_CLOSED)).containsExactly(512L, 1024L);
    act(OPEN, 0, true);
    assertThat(starts(ZoneList.ONLY_EXPLICITLY_OPENED)).containsExactly(512L, 1024L);
    act(FINISH, 0, true);
    assertThat(starts(ZoneList.ONLY_FULL)).containsExactly(512L, 1024L);
    act(RESET, 0, true);
    assertThat(starts(ZoneList.ONLY_EMPTY)).hasSize(7);
  }

  @Test
  void openAllOpensNoneWhenNotAllFit() throws Exception {
    for (int zone = 1; zone <= 3; zone++) {
      write((long) zone * ZONE, 1);
    }
    act(CLOSE, 0, true);
    act(OPEN, 0, true);
    array.assertSense(Condition.INSUFFICIENT_ZONE_RESOURCES);
    assertThat(starts(ZoneList.ONLY_CLOSED)).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"0", "513", "1"})
  void anActionIsForTheStartOfASequentialZone(long lba) {
    act(RESET, lba, false);
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    act(RESET, ArrayFixture.BLOCKS, false);
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
  }

  // ---- Report

  @Test
  void reportZonesGivesAllFromTheZoneOfAnLba() throws Exception {
    ZoneList all = report(0, ZoneList.ALL, false, 4096);
    assertThat(all.zones()).hasSize(8);
    assertThat(all.maxLba()).isEqualTo(ArrayFixture.BLOCKS - 1);
    assertThat(all.same()).as("lengths alike, types not").isEqualTo(3);
    assertThat(all.zones().getFirst().type()).isEqualTo(ZoneDescriptor.CONVENTIONAL);
    assertThat(all.zones().getLast().type()).isEqualTo(ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED);
    assertThat(report(ZONE + 7, ZoneList.ALL, false, 4096).zones())
        .first()
        .extracting(ZoneDescriptor::start)
        .isEqualTo((long) ZONE);
    assertThat(starts(ZoneList.ONLY_NOT_WRITE_POINTER)).containsExactly(0L);
    assertThat(starts(ZoneList.ONLY_OFFLINE)).isEmpty();
  }

  @Test
  void thePartialBitSaysWhatTheLengthCounts() throws Exception {
    ZoneList whole = report(0, ZoneList.ALL, false, 64 + 2 * 64 + 63);
    assertThat(whole.zones()).hasSize(2);
    assertThat(whole.listBytes()).isEqualTo(8 * 64);
    ZoneList partial = report(0, ZoneList.ALL, true, 64 + 2 * 64 + 63);
    assertThat(partial.zones()).hasSize(2);
    assertThat(partial.listBytes()).isEqualTo(2 * 64);
  }

  @Test
  void whatCannotBeReportedIsRefused() {
    array.run(cdb -> Cdb.reportZones(cdb, ArrayFixture.BLOCKS, 0, false, 4096));
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
    array.run(cdb -> Cdb.reportZones(cdb, 0, 0x08, false, 4096));
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void aLastZoneMayBeShorter() throws Exception {
    array.close();
    array = ArrayFixture.zoned(new ZoneLayout(600 * ArrayFixture.BLOCK, 0, 1, false));
    array.nexus.attentions(1).take();
    ZoneList all = report(0, ZoneList.ALL, false, 4096);
    assertThat(all.same()).isEqualTo(2);
    assertThat(all.zones().getLast().length()).isEqualTo(4096 - 6 * 600);
    write(6 * 600, 4096 - 6 * 600);
    array.assertGood();
    assertThat(starts(ZoneList.ONLY_FULL)).containsExactly(3600L);
  }

  @Test
  void aLayoutThatDoesNotSuitIsRefused() {
    assertThatThrownBy(() -> new ZoneLayout(0, 0, 1, false)).hasMessageContaining("0 bytes");
    assertThatThrownBy(() -> new ZoneLayout(700, 0, 1, false).zonesOf(1 << 20, 512))
        .hasMessageContaining("700 bytes do not suit");
    assertThatThrownBy(() -> new ZoneLayout(512, 0, 1, false).zonesOf(1L << 40, 512))
        .hasMessageContaining("65536 zones");
  }

  // ---- Commands

  private byte[] vpd(int page) {
    return array.dataIn(cdb -> Cdb.inquiryVpd(cdb, page, 255));
  }

  private void write(long lba, int blocks) {
    byte[] cdb = new byte[16];
    Cdb.write16(cdb, lba, blocks, 0);
    array.dataOut(
        HexFormat.of().formatHex(cdb), ArrayFixture.pattern(blocks * ArrayFixture.BLOCK, 3));
  }

  private void read(long lba, int blocks) {
    array.run(cdb -> Cdb.read16(cdb, lba, blocks, 0));
  }

  private void act(int action, long lba, boolean all) {
    array.run(cdb -> Cdb.zoneAction(cdb, action, lba, all));
  }

  private void good(int action, long lba) {
    act(action, lba, false);
    array.assertGood();
  }

  private ZoneList report(long lba, int options, boolean partial, int length) throws Exception {
    return ZoneList.decode(
        array.dataIn(cdb -> Cdb.reportZones(cdb, lba, options, partial, length)));
  }

  private List<Long> starts(int options) throws Exception {
    return report(0, options, false, 4096).zones().stream().map(ZoneDescriptor::start).toList();
  }

  private void assertZone(int zone, int condition, long writePointer) throws Exception {
    ZoneDescriptor is = report(0, ZoneList.ALL, false, 4096).zones().get(zone);
    assertThat(is.condition()).isEqualTo(condition);
    assertThat(is.writePointer()).isEqualTo(writePointer);
  }
}
