package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.block.DiskGeometry;
import io.multipath4j.block.Ioctl;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.block.ZoneReport;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The operations of a head: each goes to the same operation of one path's disk. Without a path they
 * fail with AGAIN (EWOULDBLOCK).
 */
final class HeadOperations<P> implements BlockOperations {

  private final MpathHead<P> head;
  private final PathCalls<P> calls;
  private final PersistentReservations onePath = new OnePathReservations();

  HeadOperations(MpathHead<P> head, PathCalls<P> calls) {
    this.head = head;
    this.calls = calls;
  }

  private <T> CompletableFuture<T> call(
      String what, Function<BlockOperations, CompletableFuture<T>> operation) {
    return calls.call(what, BlockStatus.AGAIN, path -> operation.apply(path.disk().operations()));
  }

  @Override
  public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
    return calls.ioctl(request, path -> path.disk().operations().ioctl(request, openForWrite));
  }

  @Override
  public CompletableFuture<DiskGeometry> geometry() {
    return call("get geometry", BlockOperations::geometry);
  }

  @Override
  public CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
    return call("get unique id", path -> path.uniqueId(kind));
  }

  @Override
  public CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
    return call("report zones", path -> path.reportZones(offset, maxZones));
  }

  @Override
  public Optional<PersistentReservations> reservations() {
    return head.template().reservations(head).or(() -> Optional.of(onePath));
  }

  /** Reservations through whichever path is chosen; right only where paths share a registration. */
  private final class OnePathReservations implements PersistentReservations {

    private <T> CompletableFuture<T> ask(
        String what, Function<PersistentReservations, CompletableFuture<T>> operation) {
      return call(
          what,
          path ->
              path.reservations()
                  .map(operation)
                  .orElseGet(() ->
                      CompletableFuture.failedFuture(
                          BlockOperationException.of(
                              BlockStatus.NOTSUPP,
                              what + ": this device has no persistent reservations"))));
    }

    @Override
    public CompletableFuture<Void> register(
        long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss) {
      return ask(
          "register a key",
          path -> path.register(oldKey, newKey, ignoreExisting, throughPowerLoss));
    }

    @Override
    public CompletableFuture<Void> reserve(long key, Type type) {
      return ask("reserve", path -> path.reserve(key, type));
    }

    @Override
    public CompletableFuture<Void> release(long key, Type type) {
      return ask("release a reservation", path -> path.release(key, type));
    }

    @Override
    public CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort) {
      return ask("preempt a key", path -> path.preempt(key, victim, type, abort));
    }

    @Override
    public CompletableFuture<Void> clear(long key) {
      return ask("clear reservations", path -> path.clear(key));
    }

    @Override
    public CompletableFuture<Keys> readKeys() {
      return ask("read keys", PersistentReservations::readKeys);
    }

    @Override
    public CompletableFuture<Optional<Reservation>> readReservation() {
      return ask("read the reservation", PersistentReservations::readReservation);
    }
  }
}
