package io.multipath4j.scsi.multipath;

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
 * @param capacityBytes size
 * @param blockBytes logical block
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

  /** Whether a size that grew counts as another logical unit. */
  enum Growth {
    /** At join: both answers are fresh, so sizes must agree. */
    DIFFERS,
    /** At return: the administrator may have made the unit larger meanwhile. */
    ALLOWED
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
    compare(all, "block size", blockBytes + " bytes", other.blockBytes + " bytes");
    boolean grew = growth == Growth.ALLOWED && other.capacityBytes > capacityBytes;
    if (!grew) {
      compare(all, "capacity", capacityBytes + " bytes", other.capacityBytes + " bytes");
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
