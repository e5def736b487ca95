package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockDevice;
import java.util.Objects;

/**
 * One path of a head.
 *
 * @param <P> the driver's own object of this path
 */
public final class MpathDevice<P> {

  private final P driverPath;
  private final BlockDevice disk;
  private final int numaNode;
  private final ActiveCounter active;
  private volatile MpathAccessState accessState;

  /** This path's bit in the head's path masks; 0 while it is not on the head's list. */
  private volatile long bit;

  final PathCounters counters = new PathCounters();
  final PathHealth health = new PathHealth();

  /** Whether the publisher has linked the disk to this path. Loop thread. */
  boolean linked;

  /**
   * Makes a path; {@link MpathHead#addDevice} puts it on a head's list.
   *
   * @param driverPath handed to the template's callbacks
   * @param disk takes the I/O of this path; submits and completes on the head's loop
   * @param numaNode node of the adapter, or {@link NumaTopology#NO_NODE}
   * @param active in-flight counter of the resource behind this path, for the queue-depth policy
   * @param accessState how well it reaches the device at first
   */
  public MpathDevice(
      P driverPath,
      BlockDevice disk,
      int numaNode,
      ActiveCounter active,
      MpathAccessState accessState) {
    this.driverPath = Objects.requireNonNull(driverPath);
    this.disk = Objects.requireNonNull(disk);
    this.numaNode = numaNode;
    this.active = Objects.requireNonNull(active);
    this.accessState = Objects.requireNonNull(accessState);
  }

  /** Returns the driver's object. */
  public P driverPath() {
    return driverPath;
  }

  /** Returns the disk of this path. */
  public BlockDevice disk() {
    return disk;
  }

  /** Returns the adapter's NUMA node, or {@link NumaTopology#NO_NODE}. */
  public int numaNode() {
    return numaNode;
  }

  /** Returns the in-flight counter of the resource behind this path. */
  public ActiveCounter active() {
    return active;
  }

  /** Returns how well this path reaches the device. Any thread. */
  public MpathAccessState accessState() {
    return accessState;
  }

  /** Returns the I/Os under way on this path. Any thread. */
  public long inFlight() {
    return counters.inFlight();
  }

  /** Returns what was done over this path while the head kept statistics. Any thread. */
  public IoStatistics statistics() {
    return counters.io.snapshot();
  }

  /** Tells whether this path is on a head's list. Any thread. */
  public boolean isRegistered() {
    return bit != 0;
  }

  void accessState(MpathAccessState state) {
    accessState = state;
  }

  long bit() {
    return bit;
  }

  void bit(long value) {
    bit = value;
  }

  @Override
  public String toString() {
    return disk.name();
  }
}
