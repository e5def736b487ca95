package io.multipath4j.array.lu;

import io.multipath4j.array.backing.BackingStore;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One disk of the array: its store, its identity, and what initiators have set. Loop thread. */
public final class LogicalUnit {

  /** Most blocks of one COMPARE AND WRITE. */
  static final int MAX_COMPARE_AND_WRITE_BLOCKS = 255;

  /** Most block descriptors of one UNMAP. */
  static final int MAX_UNMAP_DESCRIPTORS = 256;

  /** Most bytes that one UNMAP covers. */
  static final long MAX_UNMAP_BYTES = 256L * 1024 * 1024;

  /** Most bytes that one WRITE SAME covers: it runs in one turn of the loop. */
  static final long MAX_WRITE_SAME_BYTES = 16L * 1024 * 1024;

  private final int number;
  private final LogicalUnitId id;
  private final int blockSize;
  private final BackingStore store;
  private final @Nullable Zones zones;
  private final ModePages modePages = new ModePages();
  private final Reservations reservations = new Reservations();
  private long sizeBytes;
  private boolean writeProtected;
  private boolean stopped;

  /**
   * Makes a unit.
   *
   * @param number its LUN, 0 to {@link TargetDevice#MAX_LOGICAL_UNITS} - 1
   * @param blockSize logical block in bytes, 512 or 4096
   * @param store its size is a multiple of the block
   */
  public LogicalUnit(int number, LogicalUnitId id, int blockSize, BackingStore store) {
    this(number, id, blockSize, store, null);
  }

  /**
   * Makes a unit that may be a host-managed zoned disk.
   *
   * @param number its LUN, 0 to {@link TargetDevice#MAX_LOGICAL_UNITS} - 1
   * @param blockSize logical block in bytes, 512 or 4096
   * @param store its size is a multiple of the block; for a zoned disk it reads as zeroes
   * @param layout its zones, all of them empty; null for a disk without
   */
  public LogicalUnit(
      int number,
      LogicalUnitId id,
      int blockSize,
      BackingStore store,
      @Nullable ZoneLayout layout) {
    if (number < 0 || number >= TargetDevice.MAX_LOGICAL_UNITS) {
      throw new IllegalArgumentException(
          "LUN must be 0 to " + (TargetDevice.MAX_LOGICAL_UNITS - 1) + ", not " + number);
    }
    if (blockSize != 512 && blockSize != 4096) {
      throw new IllegalArgumentException("block size must be 512 or 4096, not " + blockSize);
    }
    if (store.sizeBytes() % blockSize != 0) {
      throw new IllegalArgumentException(
          "size " + store.sizeBytes() + " is not a multiple of the block of " + blockSize);
    }
    this.number = number;
    this.id = id;
    this.blockSize = blockSize;
    this.store = store;
    this.sizeBytes = store.sizeBytes();
    this.zones = layout == null ? null : new Zones(layout, store.sizeBytes(), blockSize);
  }

  /** Returns its zones; null for a disk without. */
  @Nullable Zones zones() {
    return zones;
  }

  Zones requireZones() {
    Zones present = zones;
    if (present == null) {
      throw new IllegalStateException("LUN " + number + " has no zones");
    }
    return present;
  }

  /** Returns the LUN. */
  public int number() {
    return number;
  }

  /** Returns who it says it is. */
  public LogicalUnitId id() {
    return id;
  }

  /** Returns the logical block in bytes. */
  public int blockSize() {
    return blockSize;
  }

  /** Returns the number of logical blocks. */
  public long blockCount() {
    return sizeBytes / blockSize;
  }

  /**
   * Makes it smaller or larger. What its store has beyond its size is kept.
   *
   * @param bytes at least a block, a multiple of it, and no more than the store has
   */
  void resize(long bytes) {
    if (zones != null) {
      throw new IllegalArgumentException("LUN " + number + " has zones: its size is fixed");
    }
    if (bytes < blockSize || bytes % blockSize != 0 || bytes > store.sizeBytes()) {
      throw new IllegalArgumentException(
          "LUN %d: size %d: expected a multiple of %d up to the %d bytes of its store"
              .formatted(number, bytes, blockSize, store.sizeBytes()));
    }
    sizeBytes = bytes;
  }

  /** Tells whether it may not be written, by the array's word or by an initiator's. */
  boolean writeProtected() {
    return writeProtected || modePages.softwareWriteProtect();
  }

  /** Sets whether it may not be written, whatever initiators set. */
  public void setWriteProtected(boolean on) {
    writeProtected = on;
  }

  /** Returns where its bytes live. */
  public BackingStore store() {
    return store;
  }

  ModePages modePages() {
    return modePages;
  }

  boolean stopped() {
    return stopped;
  }

  void setStopped(boolean nowStopped) {
    stopped = nowStopped;
  }

  /** Most blocks of a command with a data part. */
  long maxTransferBlocks() {
    return ScsiTask.MAX_DATA_BYTES / blockSize;
  }

  Reservations reservations() {
    return reservations;
  }

  /**
   * Loads registrations and a persistent reservation from a file, and lets initiators ask that they
   * be kept there (APTPL). A change is written on the loop, and waits for the disk.
   *
   * @param file is made when an initiator asks for it; its directory is there
   * @throws IOException when it cannot be read, is damaged, or is of another logical unit
   */
  public void persistReservations(Path file) throws IOException {
    reservations.persistIn(file, id);
  }

  /** Puts back what a reset puts back (SAM-5 6.3.3). */
  void reset() {
    modePages.reset();
    reservations.reserveFor(null);
    stopped = false;
  }

  /** Checks that a range lies on the medium; ends the task when not. */
  boolean inRange(ScsiTask task, long lba, long blocks) {
    if (lba < 0 || lba > blockCount() || blocks > blockCount() - lba) {
      task.fail(Condition.LBA_OUT_OF_RANGE);
      return false;
    }
    return true;
  }

  /** Checks a read in range against the zones; ends the task when it may not be. */
  boolean zonesAdmitRead(ScsiTask task, long lba, long blocks) {
    int refusal = zones == null ? Condition.NO_SENSE : zones.checkRead(lba, blocks);
    if (refusal != Condition.NO_SENSE) {
      task.fail(refusal);
      return false;
    }
    return true;
  }

  /** Checks a write in range against the write pointer; ends the task when it may not be. */
  boolean zonesAdmitWrite(ScsiTask task, long lba, long blocks) {
    int refusal = zones == null ? Condition.NO_SENSE : zones.beginWrite(lba, blocks);
    if (refusal != Condition.NO_SENSE) {
      task.fail(refusal);
      return false;
    }
    return true;
  }

  /** Moves the write pointer, where there is one. */
  void wrote(long lba, long blocks) {
    if (zones != null) {
      zones.wrote(lba, blocks);
    }
  }

  /** Checks that the medium may be changed; ends the task when not. */
  boolean writable(ScsiTask task) {
    if (writeProtected) {
      task.fail(Condition.WRITE_PROTECTED);
      return false;
    }
    if (modePages.softwareWriteProtect()) {
      task.fail(Condition.SOFTWARE_WRITE_PROTECTED);
      return false;
    }
    return true;
  }

  /** Releases the store. */
  public void close() throws IOException {
    store.close();
  }
}
