package io.multipath4j.block;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a block device can do beside I/O. All of it is optional: by default a device does none of
 * it. Nothing here is tried again on another path.
 *
 * <p>Call on the loop that owns the device; futures complete on it, exceptionally with a {@link
 * BlockOperationException}.
 */
public interface BlockOperations {

  /** The operations of a device that has none. */
  BlockOperations NONE = new BlockOperations() {};

  /**
   * Passes a request on.
   *
   * @param openForWrite whether the caller has the device open for writing
   * @return completed when the request carries its answer; ENOTTY when this kind is not known
   */
  default CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
    return CompletableFuture.failedFuture(
        BlockOperationException.notTty(
            request.description() + ": this device does not take such requests"));
  }

  /** Returns the geometry; ENOTTY when there is none. */
  default CompletableFuture<DiskGeometry> geometry() {
    return CompletableFuture.failedFuture(
        BlockOperationException.notTty("this device has no geometry"));
  }

  /**
   * Returns an id of the wanted kind.
   *
   * @return empty when the device has none of this kind
   */
  default CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  /**
   * Reports zones; NOTSUPP when the device has none.
   *
   * @param offset first byte of interest: the report begins with the zone that holds it
   * @param maxZones most zones to report, at least 1; fewer may come, ask again from where they end
   */
  default CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
    return CompletableFuture.failedFuture(
        BlockOperationException.of(BlockStatus.NOTSUPP, "this device has no zones"));
  }

  /** Returns the persistent reservations; empty when the device has none, or they are refused. */
  default Optional<PersistentReservations> reservations() {
    return Optional.empty();
  }
}
