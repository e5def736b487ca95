package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.SupportedPages;
import io.multipath4j.scsi.codec.UnitSerialNumber;
import io.multipath4j.scsi.codec.VpdPage;
import io.multipath4j.scsi.codec.ZonedCharacteristics;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** INQUIRY: the standard data and the pages of vital product data (SPC-5 6.6, 7.7). */
final class IdentityCommands {

  private static final int SPC_4 = 6;
  private static final int TPGS_IMPLICIT = 1;

  /** SPC-5 table 146: SAM-5, SPC-4, SBC-3, iSCSI, each without a version. */
  private static final List<Integer> STANDARDS = List.of(0x00A0, 0x0460, 0x04C0, 0x0960);

  private static final SortedSet<Integer> PAGES =
      new TreeSet<>(
          List.of(
              VpdPage.SUPPORTED_PAGES,
              VpdPage.UNIT_SERIAL_NUMBER,
              VpdPage.DEVICE_IDENTIFICATION,
              VpdPage.BLOCK_LIMITS,
              VpdPage.BLOCK_CHARACTERISTICS,
              VpdPage.PROVISIONING));

  private static final SortedSet<Integer> ZONED_PAGES = zonedPages();

  private IdentityCommands() {}

  static void inquiry(LogicalUnit unit, ScsiTask task) {
    int page = Cdb.inquiryPage(task.cdb);
    if (!Cdb.inquiryEvpd(task.cdb)) {
      if (page == 0) {
        task.reply(standard(StandardInquiry.CONNECTED, deviceType(unit), unit.id()));
      } else {
        task.fail(Condition.INVALID_FIELD_IN_CDB);
      }
      return;
    }
    byte[] reply = page(unit, task.nexus().port(), page);
    if (reply == null) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else {
      task.reply(reply);
    }
  }

  /** The answer where there is no logical unit (SPC-5 6.6.2, qualifier 011b). */
  static void inquiryWithoutUnit(ScsiTask task) {
    if (Cdb.inquiryEvpd(task.cdb)) {
      task.fail(Condition.LOGICAL_UNIT_NOT_SUPPORTED);
    } else {
      LogicalUnitId nobody = LogicalUnitId.of("", 0);
      task.reply(standard(StandardInquiry.NOT_CAPABLE, StandardInquiry.NO_DEVICE, nobody));
    }
  }

  private static int deviceType(LogicalUnit unit) {
    return unit.zones() == null ? StandardInquiry.DISK : StandardInquiry.HOST_MANAGED_ZONED;
  }

  private static SortedSet<Integer> zonedPages() {
    SortedSet<Integer> pages = new TreeSet<>(PAGES);
    pages.remove(VpdPage.PROVISIONING);
    pages.add(VpdPage.ZONED_CHARACTERISTICS);
    return pages;
  }

  private static byte[] standard(int qualifier, int deviceType, LogicalUnitId id) {
    return new StandardInquiry(
            qualifier,
            deviceType,
            false,
            SPC_4,
            TPGS_IMPLICIT,
            false,
            false,
            true,
            id.vendor(),
            id.product(),
            id.revision(),
            STANDARDS)
        .encode();
  }

  private static byte @Nullable [] page(LogicalUnit unit, TargetPort port, int page) {
    // Byte 0 of a page is that of the standard data: qualifier 0 and the device type.
    int peripheral = deviceType(unit);
    Zones zones = unit.zones();
    SortedSet<Integer> pages = zones == null ? PAGES : ZONED_PAGES;
    if (!pages.contains(page)) {
      return null;
    }
    return switch (page) {
      case VpdPage.SUPPORTED_PAGES -> SupportedPages.encode(peripheral, pages);
      case VpdPage.UNIT_SERIAL_NUMBER -> UnitSerialNumber.encode(peripheral, unit.id().serial());
      case VpdPage.DEVICE_IDENTIFICATION -> designators(unit.id(), port).encode(peripheral);
      case VpdPage.BLOCK_LIMITS -> limits(unit).encode(peripheral);
      case VpdPage.BLOCK_CHARACTERISTICS ->
          new BlockCharacteristics(BlockCharacteristics.NON_ROTATING, 0, 0).encode(peripheral);
      case VpdPage.PROVISIONING -> provisioning(unit).encode(peripheral);
      default -> zones == null ? null : zoned(zones).encode(peripheral);
    };
  }

  private static ZonedCharacteristics zoned(Zones zones) {
    return new ZonedCharacteristics(
        zones.layout().unrestrictedReads(),
        ZonedCharacteristics.NOT_REPORTED,
        ZonedCharacteristics.NOT_REPORTED,
        zones.layout().maxOpenZones());
  }

  private static DeviceIdentification designators(LogicalUnitId id, TargetPort port) {
    return new DeviceIdentification(
        List.of(
            Designator.naa(HexFormat.of().parseHex(id.naa())),
            Designator.t10VendorId(id.vendor(), id.serial()),
            Designator.relativeTargetPort(port.relativeId()),
            Designator.targetPortGroup(port.group().id()),
            Designator.scsiName(Association.TARGET_PORT, port.name())));
  }

  private static BlockLimitsPage limits(LogicalUnit unit) {
    int blockSize = unit.blockSize();
    boolean zoned = unit.zones() != null;
    return new BlockLimitsPage(
        true,
        zoned ? 0 : LogicalUnit.MAX_COMPARE_AND_WRITE_BLOCKS,
        Math.max(1, 4096 / blockSize),
        unit.maxTransferBlocks(),
        (1 << 20) / blockSize,
        zoned ? 0 : LogicalUnit.MAX_UNMAP_BYTES / blockSize,
        zoned ? 0 : LogicalUnit.MAX_UNMAP_DESCRIPTORS,
        zoned ? 0 : unit.store().discardGranularityBytes() / blockSize,
        0,
        LogicalUnit.MAX_WRITE_SAME_BYTES / blockSize);
  }

  private static Provisioning provisioning(LogicalUnit unit) {
    int readsZero = unit.store().zeroesDiscarded() ? 1 : 0;
    return new Provisioning(0, true, true, true, readsZero, Provisioning.THIN);
  }
}
