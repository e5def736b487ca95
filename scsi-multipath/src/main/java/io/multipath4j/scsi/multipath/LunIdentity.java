package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What two paths must have in common to be paths to one logical unit.
 *
 * <p>The unique id alone is not enough: two targets that were set up alike, or a copied
 * configuration, give different logical units the same id, and merging them corrupts both.
 *
 * @param id the unique id
 * @param deviceType peripheral device type (SPC-5 6.7.2), 0 is a disk
 * @param vendor T10 vendor identification of the INQUIRY data
 * @param product product identification of the INQUIRY data
 * @param serial unit serial number of VPD page 80h; empty when the device has none
 * @param t10Ids all T10 vendor ids of the logical unit in VPD page 83h, in the device's order
 * @param capacityBytes size; 0 when the device does not tell, as behind a port in standby
 * @param blockBytes logical block; 0 when the device does not tell
 */
record LunIdentity(
    String id,
    int deviceType,
    String vendor,
    String product,
    String serial,
    List<String> t10Ids,
    long capacityBytes,
    int blockBytes) {

  LunIdentity {
    t10Ids = List.copyOf(t10Ids);
  }

  /**
   * Whether a size that grew counts as another logical unit. A size that is not told is no
   * difference.
   */
  enum Growth {
    /** At join: both answers are fresh, so sizes must agree. */
    DIFFERS,
    /** At return: the unit may have been made larger meanwhile. */
    ALLOWED
  }

  /**
   * Reads it from what a device told.
   *
   * @param id the chosen id; empty when there is none
   */
  static LunIdentity of(String id, DeviceProperties told) {
    DeviceIdentification page = told.identification();
    List<String> t10Ids = new ArrayList<>();
    for (Designator designator : page == null ? List.<Designator>of() : page.designators()) {
      if (designator.association() == Designator.Association.LOGICAL_UNIT
          && designator.type() == Designator.T10_VENDOR_ID) {
        t10Ids.add(Identification.text(designator));
      }
    }
    Capacity capacity = told.capacity();
    return new LunIdentity(
        id,
        told.inquiry().deviceType(),
        told.inquiry().vendor(),
        told.inquiry().product(),
        told.serial(),
        t10Ids,
        capacity == null ? 0 : capacity.bytes(),
        capacity == null ? 0 : capacity.blockBytes());
  }

  /** Returns the same, with the size that the unit has by now; 0 bytes when none was told yet. */
  LunIdentity withCapacity(long bytes, int block) {
    return new LunIdentity(
        id, deviceType, vendor, product, serial, t10Ids, bytes, bytes == 0 ? 0 : block);
  }

  /**
   * Says how {@code other} differs from this, for a person; empty when they may be one unit.
   *
   * @param growth whether {@code other} may be larger
   */
  String differences(LunIdentity other, Growth growth) {
    List<String> all = new ArrayList<>();
    compare(all, "unique id", quoted(id), quoted(other.id));
    compare(all, "device type", deviceType, other.deviceType);
    if (capacityBytes > 0 && other.capacityBytes > 0) {
      compare(all, "block size", blockBytes + " bytes", other.blockBytes + " bytes");
      if (growth == Growth.DIFFERS || other.capacityBytes < capacityBytes) {
        compare(all, "capacity", capacityBytes + " bytes", other.capacityBytes + " bytes");
      }
    }
    compare(all, "vendor", quoted(vendor), quoted(other.vendor));
    compare(all, "product", quoted(product), quoted(other.product));
    compare(all, "serial number", quoted(serial), quoted(other.serial));
    if (!t10Ids.isEmpty() && !other.t10Ids.isEmpty()) {
      compare(
          all,
          "T10 vendor id",
          quoted(String.join(", ", t10Ids)),
          quoted(String.join(", ", other.t10Ids)));
    }
    return String.join("; ", all);
  }

  private static void compare(List<String> all, String what, Object mine, Object theirs) {
    if (!Objects.equals(mine, theirs)) {
      all.add(what + " " + mine + " against " + theirs);
    }
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "none" : "'" + text + "'";
  }
}
