package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.lu.LogicalUnit;
import io.multipath4j.array.lu.LogicalUnitId;
import io.multipath4j.array.lu.TargetDevice;

/**
 * A logical unit that an array's administrator maps, unmaps and resizes, and what must be on it. It
 * is the same one wherever it is mapped.
 */
final class SimulatedUnit {

  static final int BLOCK_BYTES = 512;
  static final int BLOCKS = 128;
  static final long FULL_BYTES = (long) BLOCKS * BLOCK_BYTES;

  /** Its LUN when it is not mapped. */
  static final int NOWHERE = -1;

  private static final String NAMESPACE = "iqn.2026-01.example:units";

  final int home;
  final BlockHistory history = new BlockHistory(BLOCKS, BLOCK_BYTES);
  private final LogicalUnitId id;
  private final MemoryStore store = new MemoryStore(FULL_BYTES, Long.MAX_VALUE);
  private int lun = NOWHERE;
  private long bytes = FULL_BYTES;
  private long largestBytes = FULL_BYTES;
  private long wasShortUntilNanos = Long.MIN_VALUE;

  /**
   * @param home its LUN when all is in order; unique
   */
  SimulatedUnit(int home) {
    this.home = home;
    this.id = LogicalUnitId.of(NAMESPACE, home);
  }

  /** Returns the id that initiators see. */
  String wwid() {
    return "naa." + id.naa();
  }

  int lun() {
    return lun;
  }

  boolean isMapped() {
    return lun != NOWHERE;
  }

  /** Maps it to its home in an array that is not built yet. */
  void mapFirst(EmulatedArray.Builder array) {
    lun = home;
    array.lun(lun, BLOCK_BYTES, store, id);
  }

  /** Maps it to a LUN, in the place of what is there if that is taken. The array's loop. */
  void map(TargetDevice array, int to, boolean replace) {
    lun = to;
    LogicalUnit unit = new LogicalUnit(to, id, BLOCK_BYTES, store);
    if (replace) {
      array.replace(unit);
    } else {
      array.add(unit);
    }
    array.resize(to, bytes);
  }

  /** It is mapped no longer; who maps another one in its place says this. */
  void unmapped() {
    lun = NOWHERE;
  }

  /** Makes it larger or smaller. The array's loop. */
  void resize(TargetDevice array, long newBytes, long nowNanos) {
    if (isShort()) {
      wasShortUntilNanos = nowNanos;
    }
    bytes = newBytes;
    largestBytes = Math.max(largestBytes, newBytes);
    if (isMapped()) {
      array.resize(lun, newBytes);
    }
  }

  private boolean isShort() {
    return bytes < largestBytes;
  }

  long bytes() {
    return bytes;
  }

  /** Tells whether it was smaller than initiators know it, at any time since. */
  boolean wasShortSince(long nanos) {
    return isShort() || wasShortUntilNanos >= nanos;
  }

  @Override
  public String toString() {
    return "unit " + home;
  }
}
