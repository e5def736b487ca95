package io.multipath4j.initiator;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;

/**
 * How an initiator works.
 *
 * @param multipath how paths become disks
 * @param disks what a new disk starts with
 * @param timeouts of SCSI commands and lost connections
 * @param numa this machine's memory nodes
 * @param keepTrying keep trying when no path can be attached at first
 */
public record InitiatorConfig(
    ScsiMultipathConfig multipath,
    DiskDefaults disks,
    ScsiTimeouts timeouts,
    NumaTopology numa,
    boolean keepTrying) {

  /** For paths that somebody listed who knows that they are one disk; queue-depth policy. */
  public static final InitiatorConfig DEFAULTS =
      new InitiatorConfig(
          ScsiMultipathConfig.forListedPaths(IoPolicies.QUEUE_DEPTH, false),
          DiskDefaults.NONE,
          ScsiTimeouts.DEFAULTS,
          NumaTopology.SINGLE_NODE,
          false);

  /** Returns the same with another multipath configuration. */
  public InitiatorConfig withMultipath(ScsiMultipathConfig other) {
    return new InitiatorConfig(other, disks, timeouts, numa, keepTrying);
  }

  /** Returns the same with other defaults of disks. */
  public InitiatorConfig withDisks(DiskDefaults other) {
    return new InitiatorConfig(multipath, other, timeouts, numa, keepTrying);
  }

  /** Returns the same with other times. */
  public InitiatorConfig withTimeouts(ScsiTimeouts other) {
    return new InitiatorConfig(multipath, disks, other, numa, keepTrying);
  }

  /** Returns the same with other memory nodes. */
  public InitiatorConfig withNuma(NumaTopology other) {
    return new InitiatorConfig(multipath, disks, timeouts, other, keepTrying);
  }

  /** Returns the same, which keeps trying or does not. */
  public InitiatorConfig withKeepTrying(boolean keep) {
    return new InitiatorConfig(multipath, disks, timeouts, numa, keep);
  }
}
