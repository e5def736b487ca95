package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.SupportedPages;
import io.multipath4j.scsi.codec.UnitSerialNumber;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a unit and its target say about themselves. */
class IdentityTest {

  private final ArrayFixture array = new ArrayFixture();

  @BeforeEach
  void takePowerOn() {
    array.run("000000000000");
    array.assertSense(Condition.POWER_ON_OR_RESET);
  }

  @AfterEach
  void close() {
    array.close();
  }

  @Test
  void standardInquirySaysDiskWithImplicitAlua() throws Exception {
    StandardInquiry inquiry = StandardInquiry.decode(array.dataIn(cdb -> Cdb.inquiry(cdb, 255)));
    assertThat(inquiry.present()).isTrue();
    assertThat(inquiry.deviceType()).isEqualTo(StandardInquiry.DISK);
    assertThat(inquiry.tpgs()).isEqualTo(1);
    assertThat(inquiry.commandQueuing()).isTrue();
    assertThat(inquiry.vendor()).isEqualTo("MPATH4J");
    assertThat(array.task.transferLength()).isEqualTo(StandardInquiry.FULL_BYTES);
  }

  @Test
  void inquiryIsCutToTheAllocationLength() {
    assertThat(array.dataIn(cdb -> Cdb.inquiry(cdb, 5))).hasSize(5);
    assertThat(array.task.transferLength()).isEqualTo(5);
  }

  @Test
  void everySupportedPageAnswersAndAnUnknownOneIsRefused() throws Exception {
    assertThat(SupportedPages.decode(vpd(0))).containsExactly(0, 0x80, 0x83, 0xB0, 0xB1, 0xB2);
    for (int page : SupportedPages.decode(vpd(0))) {
      assertThat(vpd(page)[1]).isEqualTo((byte) page);
    }
    array.run(cdb -> Cdb.inquiryVpd(cdb, 0x87, 255));
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    array.run("12 00 83 00FF 00");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void designatorsNameTheUnitAndThePortThatWasAsked() throws Exception {
    assertThat(UnitSerialNumber.decode(vpd(0x80))).isEqualTo(array.unit.id().serial());
    DeviceIdentification a = DeviceIdentification.decode(vpd(0x83));
    byte[] naa = HexFormat.of().parseHex(array.unit.id().naa());
    assertThat(a.designators())
        .contains(
            Designator.naa(naa),
            Designator.scsiName(Designator.Association.TARGET_PORT, array.portA.name()));
    assertThat(a.relativeTargetPort()).isEqualTo(1);
    assertThat(a.targetPortGroup()).isEqualTo(1);
    array.nexus = array.quietNexus("iqn.host,i,0x1", array.portB);
    DeviceIdentification b = DeviceIdentification.decode(vpd(0x83));
    assertThat(b.relativeTargetPort()).isEqualTo(2);
    assertThat(b.targetPortGroup()).isEqualTo(2);
    assertThat(b.designators()).contains(Designator.naa(naa));
  }

  @Test
  void identitiesAreStableAndDifferByTargetAndLun() {
    assertThat(LogicalUnitId.of(ArrayFixture.TARGET, 1)).isEqualTo(array.unit.id());
    assertThat(LogicalUnitId.of(ArrayFixture.TARGET, 2).naa()).isNotEqualTo(array.unit.id().naa());
    assertThat(LogicalUnitId.of("iqn.other", 1).naa()).isNotEqualTo(array.unit.id().naa());
    assertThatThrownBy(() -> array.unit.id().withNaa("5000"))
        .hasMessageContaining("32 hexadecimal digits");
    assertThatThrownBy(() -> array.unit.id().withSerial("")).hasMessageContaining("serial number");
  }

  @Test
  void limitsAgreeWithWhatTheUnitAccepts() throws Exception {
    BlockLimitsPage limits = BlockLimitsPage.decode(vpd(0xB0));
    assertThat(limits.writeSameNonZero()).isTrue();
    assertThat(limits.maxUnmapDescriptors()).isEqualTo(256);
    assertThat(limits.unmapGranularityBlocks())
        .isEqualTo(MemoryStore.CHUNK_BYTES / ArrayFixture.BLOCK);
    assertThat(limits.maxTransferBlocks()).isEqualTo(16384);
    Provisioning provisioning = Provisioning.decode(vpd(0xB2));
    assertThat(provisioning.unmap()).isTrue();
    assertThat(provisioning.unmappedReadsZero()).isEqualTo(1);
    assertThat(provisioning.type()).isEqualTo(Provisioning.THIN);
  }

  @Test
  void moreThanTheLongestTransferIsRefused() {
    TargetDevice big = deviceOf(16L << 20);
    for (String opcode : new String[] {"88", "8A"}) {
      array.task.begin(array.nexus, Lun.of(2), 0, 0);
      ArrayFixture.cdb(opcode + "00 0000000000000000 00004001 00 00").accept(array.task.cdb());
      big.prepare(array.task);
      if (!array.task.ended()) {
        big.execute(array.task);
      }
      array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    }
    closeUnits(big);
  }

  @Test
  void capacityInBothForms() throws Exception {
    Capacity ten = Capacity.decode10(array.dataIn(Cdb::readCapacity10));
    assertThat(ten.blocks()).isEqualTo(ArrayFixture.BLOCKS);
    Capacity sixteen = Capacity.decode16(array.dataIn(cdb -> Cdb.readCapacity16(cdb, 32)));
    assertThat(sixteen.blocks()).isEqualTo(ArrayFixture.BLOCKS);
    assertThat(sixteen.blockBytes()).isEqualTo(ArrayFixture.BLOCK);
    assertThat(sixteen.provisioned()).isTrue();
    assertThat(sixteen.unmappedReadsZero()).isTrue();
    assertThat(array.dataIn(cdb -> Cdb.readCapacity16(cdb, 12))).hasSize(12);
  }

  @Test
  void readCapacity10SaysThatADiskIsTooLargeForIt() {
    TargetDevice big = deviceOf(4L << 40);
    array.task.begin(array.nexus, Lun.of(2), 8, 0);
    ArrayFixture.cdb("25000000000000000000").accept(array.task.cdb());
    big.prepare(array.task);
    big.execute(array.task);
    assertThat(array.task.bytes().getInt(0)).isEqualTo(-1);
    closeUnits(big);
  }

  @Test
  void reportLunsListsTheUnitsFromAnyLun() throws Exception {
    assertThat(LunList.decode(array.dataIn(cdb -> Cdb.reportLuns(cdb, 256))))
        .containsExactly(Lun.of(1));
    array.begin(Lun.of(7), 256, 0);
    Cdb.reportLuns(array.task.cdb(), 256);
    array.device.prepare(array.task);
    assertThat(LunList.decode(array.reply())).containsExactly(Lun.of(1));
    array.run("A000 03 000000 00000100 0000");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    array.dataIn("A000 01 000000 00000100 0000");
    assertThat(LunList.decode(array.reply())).as("well-known units").isEmpty();
  }

  @Test
  void aLunThatIsNotThereAnswersInquiryWithQualifier3AndElse25h() throws Exception {
    array.begin(Lun.of(9), 96, 0);
    Cdb.inquiry(array.task.cdb(), 96);
    array.device.prepare(array.task);
    StandardInquiry inquiry = StandardInquiry.decode(array.reply());
    assertThat(inquiry.qualifier()).isEqualTo(StandardInquiry.NOT_CAPABLE);
    assertThat(inquiry.deviceType()).isEqualTo(StandardInquiry.NO_DEVICE);
    for (long lun : new long[] {Lun.of(9), 0xC101_0000_0000_0000L, -1}) {
      array.begin(lun, 0, 0);
      array.device.prepare(array.task);
      array.assertSense(Condition.LOGICAL_UNIT_NOT_SUPPORTED);
    }
    array.begin(Lun.of(9), 252, 0);
    Cdb.requestSense(array.task.cdb(), 252);
    array.device.prepare(array.task);
    byte[] sense = array.reply();
    assertThat(Sense.decode(sense, sense.length)).isEqualTo(Condition.LOGICAL_UNIT_NOT_SUPPORTED);
  }

  @Test
  void supportedCommandsAreThoseThatCanBeAskedForOneByOne() {
    byte[] reply = array.dataIn("A30C 00 00 0000 00001000 0000");
    ByteBuffer list = ByteBuffer.wrap(reply);
    assertThat(list.getInt()).isEqualTo(reply.length - 4);
    while (list.hasRemaining()) {
      int opcode = list.getShort() >> 8 & 0xFF;
      int serviceAction = list.getShort();
      boolean hasServiceAction = list.getShort() == 1;
      assertThat(list.getShort()).as("CDB of %02x", opcode).isEqualTo((short) Cdb.length(opcode));
      String option = hasServiceAction ? "02" : "01";
      byte[] one =
          array.dataIn("A30C %s %02X %04X 000000FF 0000".formatted(option, opcode, serviceAction));
      assertThat(one[1]).isEqualTo((byte) 3);
      assertThat(one[4]).isEqualTo((byte) opcode);
      array.run(
          "A30C %s %02X %04X 000000FF 0000"
              .formatted(hasServiceAction ? "01" : "02", opcode, serviceAction));
      array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    }
    assertThat(array.dataIn("A30C 01 FE 0000 000000FF 0000")[1]).isEqualTo((byte) 1);
    assertThat(array.dataIn("A30C 81 28 0000 000000FF 0000")).hasSize(4 + 10 + 12);
  }

  private byte[] vpd(int page) {
    return array.dataIn(cdb -> Cdb.inquiryVpd(cdb, page, 255));
  }

  private TargetDevice deviceOf(long size) {
    LogicalUnit unit =
        new LogicalUnit(2, array.unit.id(), 512, new MemoryStore(size, Long.MAX_VALUE));
    return new TargetDevice(List.of(unit), List.of(array.groupA));
  }

  private static void closeUnits(TargetDevice device) {
    for (LogicalUnit unit : device.units()) {
      ((MemoryStore) unit.store()).close();
    }
  }
}
