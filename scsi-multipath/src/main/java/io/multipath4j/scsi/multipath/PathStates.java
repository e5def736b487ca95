package io.multipath4j.scsi.multipath;

import io.multipath4j.block.PersistentReservations;
import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadTemplate;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.multipath.reservation.RefusedReservations;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What the library asks about a SCSI path, answered from the device's state and its ALUA state. */
final class PathStates implements MpathHeadTemplate<ScsiMpathDevice> {

  private final Consumer<MpathHead<ScsiMpathDevice>> expired;
  private Function<MpathHead<ScsiMpathDevice>, PersistentReservations> reservations =
      head -> new RefusedReservations(head.name());

  /**
   * @param expired told a head that no path returned to in time
   */
  PathStates(Consumer<MpathHead<ScsiMpathDevice>> expired) {
    this.expired = expired;
  }

  // The device's state is asked of the device, which changes it before it tells anyone.

  @Override
  public boolean isDisabled(ScsiMpathDevice path) {
    return isDisabled(path.device().state(), path.standing());
  }

  @Override
  public boolean isOptimized(ScsiMpathDevice path) {
    return isOptimized(path.device().state(), path.standing());
  }

  @Override
  public boolean availablePath(ScsiMpathDevice path) {
    return path.isAvailable();
  }

  /**
   * @param standing {@link #selection} of the port's state; OTHER for a path that is not admitted
   */
  static boolean isDisabled(DeviceState device, MpathAccessState standing) {
    return device != DeviceState.RUNNING || standing == MpathAccessState.OTHER;
  }

  static boolean isOptimized(DeviceState device, MpathAccessState standing) {
    return device == DeviceState.RUNNING && standing == MpathAccessState.OPTIMIZED;
  }

  /** Returns what a state means for the choice of a path. */
  static MpathAccessState selection(AccessState access) {
    return switch (access) {
      case ACTIVE_OPTIMIZED -> MpathAccessState.OPTIMIZED;
      case ACTIVE_NON_OPTIMIZED -> MpathAccessState.NONOPTIMIZED;
      case STANDBY, UNAVAILABLE, LBA_DEPENDENT, OFFLINE, TRANSITIONING -> MpathAccessState.OTHER;
    };
  }

  /** Whether I/O is to wait for it: a running path may become active, a blocked one may return. */
  static boolean isAvailable(DeviceState device) {
    return switch (device) {
      case RUNNING, BLOCKED, CREATED_BLOCKED, QUIESCE -> true;
      case CREATED, CANCEL, DELETED, OFFLINE, TRANSPORT_OFFLINE -> false;
    };
  }

  /** Sets what makes reservations hold on every path of a head; without it they are refused. */
  void setReservations(Function<MpathHead<ScsiMpathDevice>, PersistentReservations> made) {
    reservations = made;
  }

  @Override
  public Optional<PersistentReservations> reservations(MpathHead<ScsiMpathDevice> head) {
    return Optional.of(reservations.apply(head));
  }

  @Override
  public void removeHead(MpathHead<ScsiMpathDevice> head) {
    expired.accept(head);
  }
}
