package io.multipath4j.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The operations of a part of a device. Reservations are of whole devices only, as on Linux. */
final class RangeOperations implements BlockOperations {

  private final BlockDeviceRange range;

  RangeOperations(BlockDeviceRange range) {
    this.range = range;
  }

  @Override
  public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
    if (request.needsRawIo() && !range.rawIo()) {
      return CompletableFuture.failedFuture(
          BlockOperationException.notPermitted(
              "%s: it reaches beyond %s; ask %s, or open this with raw I/O allowed"
                  .formatted(request.description(), range.name(), range.whole().name())));
    }
    return range.whole().operations().ioctl(request, openForWrite);
  }

  @Override
  public CompletableFuture<DiskGeometry> geometry() {
    return range
        .whole()
        .operations()
        .geometry()
        .thenApply(disk ->
            new DiskGeometry(
                disk.heads(),
                disk.sectors(),
                disk.cylinders(),
                disk.startBytes() + range.startBytes()));
  }

  @Override
  public CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
    return range.whole().operations().uniqueId(kind);
  }

  @Override
  public CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
    if (!range.limits().zoned().isZoned()) {
      return BlockOperations.super.reportZones(offset, maxZones);
    }
    if (offset < 0 || offset >= range.capacityBytes()) {
      return CompletableFuture.failedFuture(
          BlockOperationException.of(
              BlockStatus.INVAL,
              "report zones of %s from %d: expected less than %d"
                  .formatted(range.name(), offset, range.capacityBytes())));
    }
    return range
        .whole()
        .operations()
        .reportZones(offset + range.startBytes(), maxZones)
        .thenApply(this::ofRange);
  }

  private ZoneReport ofRange(ZoneReport report) {
    long start = range.startBytes();
    List<Zone> zones = new ArrayList<>();
    for (Zone zone : report.zones()) {
      if (zone.start() - start < range.capacityBytes()) {
        boolean hasPointer = zone.writePointer() != Zone.NO_WRITE_POINTER;
        zones.add(
            new Zone(
                zone.start() - start,
                zone.length(),
                zone.capacity(),
                hasPointer ? zone.writePointer() - start : Zone.NO_WRITE_POINTER,
                zone.type(),
                zone.condition(),
                zone.resetRecommended(),
                zone.nonSequential()));
      }
    }
    return new ZoneReport(zones);
  }
}
