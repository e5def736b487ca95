package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The persistent reservations of a disk that is to have none: NOTSUPP (EOPNOTSUPP), always. */
public final class RefusedReservations implements PersistentReservations {

  private final String disk;

  /** Refuses them for a disk. */
  public RefusedReservations(String disk) {
    this.disk = disk;
  }

  private <T> CompletableFuture<T> refused() {
    return Failure.future(
        BlockStatus.NOTSUPP,
        disk + ": persistent reservations are refused on multipath disks, unless they are allowed");
  }

  @Override
  public CompletableFuture<Void> register(
      long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss) {
    return refused();
  }

  @Override
  public CompletableFuture<Void> reserve(long key, Type type) {
    return refused();
  }

  @Override
  public CompletableFuture<Void> release(long key, Type type) {
    return refused();
  }

  @Override
  public CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort) {
    return refused();
  }

  @Override
  public CompletableFuture<Void> clear(long key) {
    return refused();
  }

  @Override
  public CompletableFuture<Keys> readKeys() {
    return refused();
  }

  @Override
  public CompletableFuture<Optional<Reservation>> readReservation() {
    return refused();
  }
}
