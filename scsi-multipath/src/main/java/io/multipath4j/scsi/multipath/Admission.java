package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.util.List;

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
   * It cannot be told yet.
   *
   * @param reason one clause for a person
   */
  record NotReady(String reason) implements Admission {}

  /** Judges a device. */
  static Admission of(ScsiMultipathConfig config, DeviceProperties told) {
    if (config.mode() == MultipathMode.OFF) {
      return new Ordinary("multipath is off");
    }
    StandardInquiry inquiry = told.inquiry();
    if (inquiry.deviceType() != StandardInquiry.DISK
        && inquiry.deviceType() != StandardInquiry.HOST_MANAGED_ZONED) {
      return new Ordinary("it is no disk, but of device type " + inquiry.deviceType());
    }
    if (config.mode() == MultipathMode.ON && inquiry.tpgs() == 0) {
      return new Ordinary(
          "it reports no target port groups (TPGS 0), which mode on asks for and always does not");
    }
    Identification.Outcome outcome = identify(told, config.acceptWeakIds());
    UniqueId id = outcome.id();
    if (id == null) {
      return new Ordinary(outcome.reason());
    }
    if (told.capacity() == null) {
      return new NotReady("it is not ready, so that its size is not known");
    }
    return new Multipath(id, LunIdentity.of(id.text(), told));
  }

  /** Returns what a device shows, whether or not it would be admitted. */
  static LunIdentity identity(DeviceProperties told) {
    UniqueId id = identify(told, true).id();
    return LunIdentity.of(id == null ? "" : id.text(), told);
  }

  private static Identification.Outcome identify(DeviceProperties told, boolean acceptWeak) {
    DeviceIdentification page = told.identification();
    List<Designator> designators = page == null ? List.of() : page.designators();
    return Identification.choose(designators, acceptWeak);
  }
}
