package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a device is to be multipathed, from what it told about itself. */
sealed interface Admission {

  /** It is. */
  record Multipath(UniqueId id, LunIdentity identity) implements Admission {}

  /**
   * It is an ordinary disk.
   *
   * @param reason one clause for a person
   */
  record Ordinary(String reason) implements Admission {}

  /**
   * It is no disk: only direct-access and zoned block devices are.
   *
   * @param reason one clause for a person
   */
  record NoDisk(String reason) implements Admission {}

  /**
   * Judges a device.
   *
   * @param acceptWeakIds see {@link ScsiMultipathConfig}
   */
  static Admission of(MultipathMode mode, boolean acceptWeakIds, DeviceProperties told) {
    StandardInquiry inquiry = told.inquiry();
    if (inquiry.deviceType() != StandardInquiry.DISK
        && inquiry.deviceType() != StandardInquiry.HOST_MANAGED_ZONED) {
      return new NoDisk("it is no disk, but of device type " + inquiry.deviceType());
    }
    if (mode == MultipathMode.OFF) {
      return new Ordinary("multipath is off");
    }
    if (mode == MultipathMode.ON && inquiry.tpgs() == 0) {
      return new Ordinary(
          "it reports no target port groups (TPGS 0), which mode on asks for and always does not");
    }
    Identification.Outcome outcome = identify(told, acceptWeakIds);
    UniqueId id = outcome.id();
    return id == null
        ? new Ordinary(outcome.reason())
        : new Multipath(id, LunIdentity.of(id.text(), told));
  }

  /** Returns what a device shows, whether or not it would be admitted. */
  static LunIdentity identity(DeviceProperties told) {
    UniqueId id = identify(told, true).id();
    return LunIdentity.of(id == null ? "" : id.text(), told);
  }

  /** Returns the unique id that page 83h tells, also a weak one; null when it tells none. */
  static @Nullable UniqueId uniqueId(DeviceProperties told) {
    return identify(told, true).id();
  }

  private static Identification.Outcome identify(DeviceProperties told, boolean acceptWeak) {
    DeviceIdentification page = told.identification();
    List<Designator> designators = page == null ? List.of() : page.designators();
    return Identification.choose(designators, acceptWeak);
  }
}
