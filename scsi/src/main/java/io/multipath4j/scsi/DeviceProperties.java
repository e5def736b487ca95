package io.multipath4j.scsi;

import io.multipath4j.block.ZonedModel;
import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a device told about itself when it was last asked.
 *
 * @param inquiry standard INQUIRY data, with the TPGS field
 * @param vpdPages codes of the VPD pages it has
 * @param serial unit serial number, page 80h; empty when there is none
 * @param identification designators, page 83h; null when the device has no such page, or it makes
 *     no sense
 * @param blockLimits page B0h
 * @param characteristics page B1h
 * @param provisioning page B2h; null when there is none
 * @param capacity null when the device is no disk, or is not ready, as behind a port in standby
 * @param mode write protection and caching
 * @param zoned how it is divided into zones
 * @param raw some of it as it came
 */
public record DeviceProperties(
    StandardInquiry inquiry,
    Set<Integer> vpdPages,
    String serial,
    @Nullable DeviceIdentification identification,
    BlockLimitsPage blockLimits,
    BlockCharacteristics characteristics,
    @Nullable Provisioning provisioning,
    @Nullable Capacity capacity,
    ModeParameters mode,
    ZonedModel zoned,
    RawPages raw) {

  /** Makes the set immutable. */
  public DeviceProperties {
    vpdPages = Set.copyOf(vpdPages);
  }

  /**
   * Returns why {@code later} is not the same logical unit, in words; null when nothing speaks
   * against it. The size is not compared: a logical unit may grow.
   */
  public @Nullable String differenceTo(DeviceProperties later) {
    if (inquiry.deviceType() != later.inquiry.deviceType()) {
      return "device type was " + inquiry.deviceType() + ", is " + later.inquiry.deviceType();
    }
    if (!unitDesignators().equals(later.unitDesignators())) {
      return "identification was " + unitDesignators() + ", is " + later.unitDesignators();
    }
    if (!serial.equals(later.serial)) {
      return "serial number was \"" + serial + "\", is \"" + later.serial + "\"";
    }
    Capacity before = capacity;
    Capacity after = later.capacity;
    if (before != null && after != null && before.blockBytes() != after.blockBytes()) {
      return "logical block was " + before.blockBytes() + " bytes, is " + after.blockBytes();
    }
    return null;
  }

  private Set<Designator> unitDesignators() {
    Set<Designator> designators = new HashSet<>();
    DeviceIdentification page = identification;
    if (page != null) {
      for (Designator d : page.designators()) {
        if (d.association() == Association.LOGICAL_UNIT) {
          designators.add(d);
        }
      }
    }
    return designators;
  }
}
