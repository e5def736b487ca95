package io.multipath4j.mpath;

import io.multipath4j.initiator.DiskDefaults;
import io.multipath4j.libmultipath.HeadLife;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.scsi.multipath.MultipathMode;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How paths become disks, and what a new disk starts with. */
final class DiskOptions {

  @Option(
      names = {"--policy", "--iopolicy"},
      paramLabel = "POLICY",
      description =
          "Which path an I/O takes: numa (the nearest, one at a time), round-robin or queue-depth"
              + " (the least busy). Default: queue-depth.")
  private IoPolicy policy = IoPolicies.QUEUE_DEPTH;

  @Option(
      names = "--multipath",
      paramLabel = "MODE",
      description =
          "off: each path is a disk of its own; on: only units that report target port groups"
              + " (ALUA) and a strong id; always: whatever agrees in id, size, block size, type,"
              + " vendor, product and serial. Default: always.")
  private MultipathMode mode = MultipathMode.ALWAYS;

  @Option(
      names = "--verify-content",
      description = "Compare a sample of blocks through each path before it joins.")
  private boolean verifyContent;

  @Option(
      names = "--delayed-removal",
      paramLabel = "TIME",
      description =
          "How long a disk stays, and its I/O waits, when its last path is removed. Default: 0, it"
              + " goes at once.")
  private Duration delayedRemoval = Duration.ZERO;

  @Option(
      names = "--queue-if-no-path",
      description = "I/O waits although no path may come back by itself, instead of failing.")
  private boolean queueIfNoPath;

  @Option(
      names = "--no-path-timeout",
      paramLabel = "TIME",
      description = "The longest that I/O waits for a path. Default: 0, no limit of its own.")
  private Duration noPathTimeout = Duration.ZERO;

  /**
   * Returns how paths become disks.
   *
   * @param listed whether the user listed the paths of one disk
   */
  ScsiMultipathConfig multipath(boolean listed) {
    return mode == MultipathMode.ALWAYS && listed
        ? ScsiMultipathConfig.forListedPaths(policy, verifyContent)
        : new ScsiMultipathConfig(mode, policy, false, verifyContent);
  }

  /**
   * Returns what a new disk starts with.
   *
   * @throws IllegalArgumentException when an option is wrong
   */
  DiskDefaults defaults() {
    long seconds = delayedRemoval.toSeconds();
    if (delayedRemoval.toMillis() != seconds * 1_000
        || seconds > HeadLife.MAX_DELAYED_REMOVAL_SECS) {
      throw new IllegalArgumentException(
          "--delayed-removal: expected whole seconds, 0 to " + HeadLife.MAX_DELAYED_REMOVAL_SECS);
    }
    return new DiskDefaults(seconds, queueIfNoPath, noPathTimeout.toMillis());
  }
}
