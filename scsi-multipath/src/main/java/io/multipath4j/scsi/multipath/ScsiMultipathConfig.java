package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;

/**
 * How SCSI devices become multipath disks.
 *
 * @param mode which devices are multipathed
 * @param policy the I/O policy of a new head
 * @param acceptWeakIds also take ids that are unique only if whoever gave them took care: T10
 *     vendor ids and locally assigned NAA ids. Paths with such an id join only after {@code
 *     verifyContent}, whatever that says
 * @param verifyContent compare a sample of blocks before a path joins a disk
 */
public record ScsiMultipathConfig(
    MultipathMode mode, IoPolicy policy, boolean acceptWeakIds, boolean verifyContent) {

  /** Multipath off, as Linux has it by default. */
  public static final ScsiMultipathConfig DEFAULT =
      new ScsiMultipathConfig(MultipathMode.OFF, IoPolicies.NUMA, false, false);

  /**
   * For paths that a user listed and called one disk. The user's word replaces what a target does
   * not say (target port groups, an id that is unique in the world), but never what it contradicts:
   * all checks of sameness stay, and a weak id brings the comparison of content with it.
   *
   * @param policy the I/O policy
   * @param verifyContent compare content even when the id is a good one
   */
  public static ScsiMultipathConfig forListedPaths(IoPolicy policy, boolean verifyContent) {
    return new ScsiMultipathConfig(MultipathMode.ALWAYS, policy, true, verifyContent);
  }

  /** Tells whether a path with this id must show the disk's content before it joins. */
  boolean mustVerifyContent(UniqueId id) {
    return verifyContent || id.isWeak();
  }
}
