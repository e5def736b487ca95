package io.multipath4j.scsi;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.block.DiskGeometry;
import io.multipath4j.block.Ioctl;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.block.ZoneReport;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What a SCSI disk can do beside I/O. */
final class ScsiDiskOperations implements BlockOperations {

  private static final System.Logger LOG = System.getLogger(ScsiDiskOperations.class.getName());

  /** What Linux tells of a disk that has no partition table to tell otherwise. */
  private static final int HEADS = 255;

  private static final int SECTORS = 63;
  private static final int SECTOR_BYTES = 512;

  private final ScsiDisk disk;
  private final ScsiDevice device;
  private final ZoneReporter zones;
  private final DiskReservations reservations;

  ScsiDiskOperations(ScsiDisk disk) {
    this.disk = disk;
    this.device = disk.device();
    this.zones = new ZoneReporter(disk);
    this.reservations = new DiskReservations(device);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes {@link ScsiPassthrough}. Who has the disk open for reading only may pass the commands
   * of {@link SafeCommands} through, and gets EPERM for others.
   */
  @Override
  public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
    if (!(request instanceof ScsiPassthrough command)) {
      return BlockOperations.super.ioctl(request, openForWrite);
    }
    if (!openForWrite && !SafeCommands.contains(command.cdb())) {
      return CompletableFuture.failedFuture(
          BlockOperationException.notPermitted(
              disk.name() + ": " + command + " may change the disk, which is open for reading"));
    }
    return device.passthrough(command);
  }

  @Override
  public CompletableFuture<DiskGeometry> geometry() {
    long sectors = disk.capacityBytes() / SECTOR_BYTES;
    return CompletableFuture.completedFuture(
        new DiskGeometry(HEADS, SECTORS, sectors / (HEADS * SECTORS), 0));
  }

  @Override
  public CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
    DeviceProperties told = device.properties();
    return CompletableFuture.completedFuture(
        told == null ? Optional.empty() : UnitIds.find(told.identification(), kind));
  }

  @Override
  public CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
    return zones.report(offset, maxZones);
  }

  @Override
  public Optional<PersistentReservations> reservations() {
    byte[] cdb = new byte[Cdb.length(Opcode.PERSISTENT_RESERVE_OUT)];
    cdb[0] = Opcode.PERSISTENT_RESERVE_OUT;
    boolean open = device.passthroughGate().refusal(cdb).isEmpty();
    return open ? Optional.of(reservations) : Optional.empty();
  }

  /** Turns the failure of a command into that of an operation. */
  static BlockOperationException failure(Throwable thrown) {
    Throwable cause = thrown.getCause();
    Throwable failure = thrown instanceof CompletionException && cause != null ? cause : thrown;
    if (failure instanceof BlockOperationException e) {
      return e;
    }
    if (failure instanceof ScsiException e && e.status() != BlockStatus.OK) {
      return BlockOperationException.of(e.status(), String.valueOf(e.getMessage()));
    }
    LOG.log(Level.ERROR, "an operation of a SCSI disk failed", failure);
    return BlockOperationException.of(BlockStatus.IOERR, "internal error: " + failure);
  }
}
