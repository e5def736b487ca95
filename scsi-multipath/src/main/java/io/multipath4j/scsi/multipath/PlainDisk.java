package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDisk;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** The disk of a device that is not multipathed, with letters of its own. Any thread. */
public final class PlainDisk {

  private final int diskIndex;
  private final String reason;
  private final ScsiDisk disk;
  private final IntConsumer freeIndex;

  /** One of the device, and one of each opener. */
  private final AtomicInteger references = new AtomicInteger(1);

  PlainDisk(int diskIndex, ScsiDevice device, String reason, IntConsumer freeIndex) {
    this.freeIndex = freeIndex;
    this.diskIndex = diskIndex;
    this.reason = reason;
    this.disk = new ScsiDisk(DiskNames.disk(diskIndex), device);
  }

  /** Returns the disk's number among all disks: 0 is {@code sda}. */
  public int diskIndex() {
    return diskIndex;
  }

  /** Returns the disk's name. */
  public String name() {
    return disk.name();
  }

  /** Returns the device. */
  public ScsiDevice device() {
    return disk.device();
  }

  /** Returns why it is not multipathed, one clause for a person. */
  public String reason() {
    return reason;
  }

  /** Returns the disk. All I/O fails when its device is removed. */
  public BlockDevice disk() {
    return disk;
  }

  /**
   * Opens it: its letters are not given to another disk until all openers are gone.
   *
   * @return closes it; more than once has no effect
   */
  Runnable open() throws BlockOperationException {
    if (references.getAndUpdate(now -> now == 0 ? 0 : now + 1) == 0) {
      throw BlockOperationException.gone("cannot open " + name() + ": the disk is not there");
    }
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.compareAndSet(true, false)) {
        put();
      }
    };
  }

  /** Its device is gone: the letters are free when no opener is left. */
  void end() {
    put();
  }

  private void put() {
    if (references.decrementAndGet() == 0) {
      freeIndex.accept(diskIndex);
    }
  }

  /** Returns what it is like now. */
  public Snapshot snapshot() {
    ScsiDevice device = device();
    return new Snapshot(
        name(),
        device.address().toString(),
        device.host().transport().name(),
        device.state().text(),
        disk.capacityBytes(),
        disk.limits().logicalBlockBytes(),
        disk.limits().readOnly(),
        reason);
  }

  /**
   * What an ordinary disk was like at one moment.
   *
   * @param disk {@code sda}
   * @param address {@code H:C:I:L}
   * @param transport the transport's name
   * @param deviceState the SCSI device's state
   * @param capacityBytes its size; 0 while it does not tell
   * @param blockBytes its logical block
   * @param readOnly whether writes are refused
   * @param reason why it is not multipathed
   */
  public record Snapshot(
      String disk,
      String address,
      String transport,
      String deviceState,
      long capacityBytes,
      int blockBytes,
      boolean readOnly,
      String reason) {}
}
