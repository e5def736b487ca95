package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.PersistentReservations;
import io.multipath4j.scsi.codec.ReservationType;

/** The types of reservations as the block layer and as SCSI names them. */
final class ReservationTypes {

  private ReservationTypes() {}

  static ReservationType of(PersistentReservations.Type type) {
    return switch (type) {
      case WRITE_EXCLUSIVE -> ReservationType.WRITE_EXCLUSIVE;
      case EXCLUSIVE_ACCESS -> ReservationType.EXCLUSIVE_ACCESS;
      case WRITE_EXCLUSIVE_REG_ONLY -> ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
      case EXCLUSIVE_ACCESS_REG_ONLY -> ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY;
      case WRITE_EXCLUSIVE_ALL_REGS -> ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS;
      case EXCLUSIVE_ACCESS_ALL_REGS -> ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS;
    };
  }

  static PersistentReservations.Type of(ReservationType type) {
    return switch (type) {
      case WRITE_EXCLUSIVE -> PersistentReservations.Type.WRITE_EXCLUSIVE;
      case EXCLUSIVE_ACCESS -> PersistentReservations.Type.EXCLUSIVE_ACCESS;
      case WRITE_EXCLUSIVE_REGISTRANTS_ONLY -> PersistentReservations.Type.WRITE_EXCLUSIVE_REG_ONLY;
      case EXCLUSIVE_ACCESS_REGISTRANTS_ONLY ->
          PersistentReservations.Type.EXCLUSIVE_ACCESS_REG_ONLY;
      case WRITE_EXCLUSIVE_ALL_REGISTRANTS -> PersistentReservations.Type.WRITE_EXCLUSIVE_ALL_REGS;
      case EXCLUSIVE_ACCESS_ALL_REGISTRANTS ->
          PersistentReservations.Type.EXCLUSIVE_ACCESS_ALL_REGS;
    };
  }
}
