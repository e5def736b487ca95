package io.multipath4j.scsi;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Zone;
import io.multipath4j.block.ZoneReport;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Asks a disk for its zones: one REPORT ZONES for each call. */
final class ZoneReporter {

  /** Most zones of one report: 64 KiB of descriptors. */
  static final int MAX_ZONES = 1024;

  private final ScsiDisk disk;

  ZoneReporter(ScsiDisk disk) {
    this.disk = disk;
  }

  CompletableFuture<ZoneReport> report(long offset, int maxZones) {
    if (!disk.limits().zoned().isZoned()) {
      return failed(BlockStatus.NOTSUPP, "it has no zones");
    }
    if (offset < 0 || offset >= disk.capacityBytes() || maxZones < 1) {
      return failed(
          BlockStatus.INVAL,
          "%d zones from byte %d on: expected 1 or more from within its %d bytes"
              .formatted(maxZones, offset, disk.capacityBytes()));
    }
    DeviceState state = disk.device().state();
    if (!state.takesCommands()) {
      return failed(
          state.holdsCommands() ? BlockStatus.TRANSPORT : BlockStatus.OFFLINE,
          "its device is " + state.text());
    }
    int block = disk.limits().logicalBlockBytes();
    int wanted = Math.min(maxZones, MAX_ZONES);
    int room = disk.device().host().transport().maxTransferBytes() - ZoneList.HEADER_BYTES;
    int most = Math.clamp(room / ZoneDescriptor.BYTES, 1, wanted);
    int bytes = ZoneList.HEADER_BYTES + ZoneDescriptor.BYTES * most;
    return disk.device()
        .control(
            Opcode.ZBC_IN,
            bytes,
            cdb -> Cdb.reportZones(cdb, offset / block, ZoneList.ALL, true, bytes))
        .thenApply(reply -> zones(reply, block))
        .exceptionallyCompose(
            thrown -> CompletableFuture.failedFuture(ScsiDiskOperations.failure(thrown)));
  }

  private ZoneReport zones(byte[] reply, int block) {
    try {
      List<Zone> zones = new ArrayList<>();
      for (ZoneDescriptor told : ZoneList.decode(reply).zones()) {
        zones.add(zone(told, block));
      }
      return new ZoneReport(zones);
    } catch (MalformedDataException e) {
      throw new CompletionException(failure(BlockStatus.IOERR, String.valueOf(e.getMessage())));
    }
  }

  private Zone zone(ZoneDescriptor told, int block) throws MalformedDataException {
    long blocks = disk.capacityBytes() / block;
    long start = told.start();
    long length = told.length();
    long pointer = told.writePointer();
    boolean hasPointer = hasWritePointer(told);
    boolean sane =
        start >= 0
            && length > 0
            && start < blocks
            && length <= blocks - start
            && (!hasPointer || (pointer >= start && pointer - start <= length));
    if (!sane) {
      throw new MalformedDataException(
          "a zone of %d blocks from %d on with its write pointer at %d, on a disk of %d blocks"
              .formatted(length, start, pointer, blocks));
    }
    return new Zone(
        start * block,
        length * block,
        length * block,
        hasPointer ? pointer * block : Zone.NO_WRITE_POINTER,
        type(told),
        condition(told),
        told.resetRecommended(),
        told.nonSequential());
  }

  /** The field is valid only in the conditions between empty and full (ZBC-2 4.4.3.4). */
  private static boolean hasWritePointer(ZoneDescriptor told) {
    return told.type() != ZoneDescriptor.CONVENTIONAL
        && told.condition() >= ZoneDescriptor.EMPTY
        && told.condition() <= ZoneDescriptor.CLOSED;
  }

  private static Zone.Type type(ZoneDescriptor told) throws MalformedDataException {
    return switch (told.type()) {
      case ZoneDescriptor.CONVENTIONAL -> Zone.Type.CONVENTIONAL;
      case ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED -> Zone.Type.SEQUENTIAL_WRITE_REQUIRED;
      case ZoneDescriptor.SEQUENTIAL_WRITE_PREFERRED -> Zone.Type.SEQUENTIAL_WRITE_PREFERRED;
      default -> throw new MalformedDataException("a zone of type " + told.type());
    };
  }

  private static Zone.Condition condition(ZoneDescriptor told) throws MalformedDataException {
    return switch (told.condition()) {
      case ZoneDescriptor.NOT_WRITE_POINTER -> Zone.Condition.NOT_WRITE_POINTER;
      case ZoneDescriptor.EMPTY -> Zone.Condition.EMPTY;
      case ZoneDescriptor.IMPLICITLY_OPENED -> Zone.Condition.IMPLICITLY_OPENED;
      case ZoneDescriptor.EXPLICITLY_OPENED -> Zone.Condition.EXPLICITLY_OPENED;
      case ZoneDescriptor.CLOSED -> Zone.Condition.CLOSED;
      case ZoneDescriptor.READ_ONLY -> Zone.Condition.READ_ONLY;
      case ZoneDescriptor.FULL -> Zone.Condition.FULL;
      case ZoneDescriptor.OFFLINE -> Zone.Condition.OFFLINE;
      default -> throw new MalformedDataException("a zone in condition " + told.condition());
    };
  }

  private CompletableFuture<ZoneReport> failed(BlockStatus status, String problem) {
    return CompletableFuture.failedFuture(failure(status, problem));
  }

  private BlockOperationException failure(BlockStatus status, String problem) {
    return BlockOperationException.of(status, disk.name() + ": REPORT ZONES: " + problem);
  }
}
