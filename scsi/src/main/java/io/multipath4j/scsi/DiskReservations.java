package io.multipath4j.scsi;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The persistent reservations of an ordinary disk, which has one path. */
final class DiskReservations implements PersistentReservations {

  private static final int INVALID_OPCODE = 0x20;
  private static final int INVALID_FIELD_IN_CDB = 0x24;
  private static final int INVALID_FIELD_IN_LIST = 0x26;

  private final ScsiDevice device;
  private final DeviceReservations reservations;

  DiskReservations(ScsiDevice device) {
    this.device = device;
    this.reservations = new DeviceReservations(device);
  }

  @Override
  public CompletableFuture<Void> register(
      long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss) {
    return run(() ->
        ignoreExisting
            ? reservations.registerAndIgnoreExisting(newKey, throughPowerLoss)
            : reservations.register(oldKey, newKey, throughPowerLoss));
  }

  @Override
  public CompletableFuture<Void> reserve(long key, Type type) {
    return run(() -> reservations.reserve(key, wire(type)));
  }

  @Override
  public CompletableFuture<Void> release(long key, Type type) {
    return run(() -> reservations.release(key, wire(type)));
  }

  @Override
  public CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort) {
    return run(() -> reservations.preempt(key, victim, wire(type), abort));
  }

  @Override
  public CompletableFuture<Void> clear(long key) {
    return run(() -> reservations.clear(key));
  }

  @Override
  public CompletableFuture<Keys> readKeys() {
    return run(
        () -> reservations.readKeys().thenApply(told -> new Keys(told.generation(), told.keys())));
  }

  @Override
  public CompletableFuture<Optional<Reservation>> readReservation() {
    return run(() -> reservations.readReservation().thenApply(DiskReservations::reservation));
  }

  private static Optional<Reservation> reservation(ReservationStatus told) {
    return Optional.ofNullable(told.type())
        .map(type -> new Reservation(told.generation(), told.key(), type(type)));
  }

  private <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> command) {
    DeviceState state = device.state();
    if (!state.takesCommands()) {
      return CompletableFuture.failedFuture(
          BlockOperationException.of(
              state.holdsCommands() ? BlockStatus.TRANSPORT : BlockStatus.OFFLINE,
              device + ": persistent reservations: the device is " + state.text()));
    }
    return command
        .get()
        .exceptionallyCompose(thrown -> CompletableFuture.failedFuture(failure(thrown)));
  }

  /** A device that does not know the command, or the type, does not support it. */
  private static BlockOperationException failure(Throwable thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    if (cause instanceof ScsiException e && e.has(SenseKey.ILLEGAL_REQUEST)) {
      String message = String.valueOf(e.getMessage());
      switch (Sense.asc(e.sense())) {
        case INVALID_OPCODE, INVALID_FIELD_IN_CDB -> {
          return BlockOperationException.of(BlockStatus.NOTSUPP, message);
        }
        case INVALID_FIELD_IN_LIST -> {
          return BlockOperationException.of(BlockStatus.INVAL, message);
        }
        default -> {}
      }
    }
    return ScsiDiskOperations.failure(thrown);
  }

  /** Returns the type of the command. */
  static ReservationType wire(Type type) {
    return switch (type) {
      case WRITE_EXCLUSIVE -> ReservationType.WRITE_EXCLUSIVE;
      case EXCLUSIVE_ACCESS -> ReservationType.EXCLUSIVE_ACCESS;
      case WRITE_EXCLUSIVE_REG_ONLY -> ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
      case EXCLUSIVE_ACCESS_REG_ONLY -> ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY;
      case WRITE_EXCLUSIVE_ALL_REGS -> ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS;
      case EXCLUSIVE_ACCESS_ALL_REGS -> ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS;
    };
  }

  /** Returns the type of a device's answer. */
  static Type type(ReservationType type) {
    return switch (type) {
      case WRITE_EXCLUSIVE -> Type.WRITE_EXCLUSIVE;
      case EXCLUSIVE_ACCESS -> Type.EXCLUSIVE_ACCESS;
      case WRITE_EXCLUSIVE_REGISTRANTS_ONLY -> Type.WRITE_EXCLUSIVE_REG_ONLY;
      case EXCLUSIVE_ACCESS_REGISTRANTS_ONLY -> Type.EXCLUSIVE_ACCESS_REG_ONLY;
      case WRITE_EXCLUSIVE_ALL_REGISTRANTS -> Type.WRITE_EXCLUSIVE_ALL_REGS;
      case EXCLUSIVE_ACCESS_ALL_REGISTRANTS -> Type.EXCLUSIVE_ACCESS_ALL_REGS;
    };
  }
}
