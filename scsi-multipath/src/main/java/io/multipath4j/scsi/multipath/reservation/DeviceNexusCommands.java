package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.scsi.DeviceReservations;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import java.util.concurrent.CompletableFuture;

/** The commands through a SCSI device. */
public final class DeviceNexusCommands implements NexusCommands {

  private final DeviceReservations device;

  /** Makes the commands of a device's nexus. */
  public DeviceNexusCommands(ScsiDevice device) {
    this.device = new DeviceReservations(device);
  }

  @Override
  public CompletableFuture<Void> register(long key, long newKey, boolean persist) {
    return device.register(key, newKey, persist);
  }

  @Override
  public CompletableFuture<Void> registerAndIgnoreExisting(long newKey, boolean persist) {
    return device.registerAndIgnoreExisting(newKey, persist);
  }

  @Override
  public CompletableFuture<Void> reserve(long key, ReservationType type) {
    return device.reserve(key, type);
  }

  @Override
  public CompletableFuture<Void> release(long key, ReservationType type) {
    return device.release(key, type);
  }

  @Override
  public CompletableFuture<Void> clear(long key) {
    return device.clear(key);
  }

  @Override
  public CompletableFuture<Void> preempt(
      long key, long victim, ReservationType type, boolean abort) {
    return device.preempt(key, victim, type, abort);
  }

  @Override
  public CompletableFuture<ReservationKeys> readKeys() {
    return device.readKeys();
  }

  @Override
  public CompletableFuture<ReservationStatus> readReservation() {
    return device.readReservation();
  }

  @Override
  public CompletableFuture<ReservationFullStatus> readFullStatus() {
    return device.readFullStatus();
  }

  @Override
  public CompletableFuture<ReservationCapabilities> reportCapabilities() {
    return device.reportCapabilities();
  }
}
