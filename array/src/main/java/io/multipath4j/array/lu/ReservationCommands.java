package io.multipath4j.array.lu;

import io.multipath4j.array.lu.ReservationState.Registration;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationMoveList;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PERSISTENT RESERVE IN and OUT (SPC-5 6.15, 6.16), RESERVE(6) and RELEASE(6) (SPC-2 7.21). */
final class ReservationCommands {

  /** Longest parameter list: a REGISTER AND MOVE with the longest name is shorter. */
  private static final int MAX_LIST_BYTES = 1024;

  private ReservationCommands() {}

  // ---- PERSISTENT RESERVE IN

  static void readKeys(LogicalUnit unit, ScsiTask task) {
    ReservationState state = unit.reservations().state();
    List<Long> keys = state.registrations().stream().map(Registration::key).toList();
    task.reply(new ReservationKeys(state.generation(), keys).encode());
  }

  static void readReservation(LogicalUnit unit, ScsiTask task) {
    ReservationState state = unit.reservations().state();
    NexusId holder = state.holder();
    long key = holder == null ? 0 : state.keyOf(holder);
    task.reply(new ReservationStatus(state.generation(), key, state.type()).encode());
  }

  static void reportCapabilities(LogicalUnit unit, ScsiTask task) {
    Reservations reservations = unit.reservations();
    task.reply(
        new ReservationCapabilities(
                false,
                false,
                true,
                reservations.canPersist(),
                reservations.state().persist(),
                0,
                EnumSet.allOf(ReservationType.class))
            .encode());
  }

  static void readFullStatus(LogicalUnit unit, ScsiTask task) {
    task.reply(ReservationFile.fullStatus(unit.reservations().state()).encode());
  }

  // ---- PERSISTENT RESERVE OUT

  static void prepareOut(LogicalUnit unit, ScsiTask task) {
    long length = Cdb.allocationLength(task.cdb);
    boolean scoped =
        switch (Cdb.serviceAction(task.cdb)) {
          case PersistentReserve.RESERVE,
              PersistentReserve.RELEASE,
              PersistentReserve.PREEMPT,
              PersistentReserve.PREEMPT_AND_ABORT ->
              true;
          default -> false;
        };
    if (length < ReservationOutList.BYTES || length > MAX_LIST_BYTES) {
      task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
    } else if (scoped && Cdb.reservationScope(task.cdb) != PersistentReserve.SCOPE_LOGICAL_UNIT) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else {
      task.wantDataOut(length);
    }
  }

  static void out(LogicalUnit unit, ScsiTask task) throws IOException {
    if (task.dataLength() != task.dataOutLength()) {
      task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    byte[] list = new byte[task.dataLength()];
    task.bytes().get(0, list);
    Reservations reservations = unit.reservations();
    ReservationChange change = new ReservationChange(reservations.state(), task.nexus().id());
    int outcome;
    try {
      outcome = draft(reservations, task, list, change);
    } catch (MalformedDataException e) {
      outcome = Condition.PARAMETER_LIST_LENGTH_ERROR;
    }
    if (outcome == ReservationChange.CONFLICT) {
      task.end(ScsiStatus.RESERVATION_CONFLICT);
    } else if (outcome != Condition.NO_SENSE) {
      task.fail(outcome);
    } else {
      reservations.become(change.after());
      boolean abort = Cdb.serviceAction(task.cdb) == PersistentReserve.PREEMPT_AND_ABORT;
      task.target().reservationsChanged(unit, change, abort);
      task.endDataOut(task.dataOutLength());
    }
  }

  private static int draft(
      Reservations reservations, ScsiTask task, byte[] bytes, ReservationChange change)
      throws MalformedDataException {
    int action = Cdb.serviceAction(task.cdb);
    @Nullable ReservationType type = ReservationType.of(Cdb.reservationType(task.cdb));
    List<Integer> ports = task.target().relativePorts();
    if (action == PersistentReserve.REGISTER_AND_MOVE) {
      ReservationMoveList list = ReservationMoveList.decode(bytes);
      return list.persist() && !reservations.canPersist()
          ? Condition.INVALID_FIELD_IN_PARAMETER_LIST
          : change.move(list, ports);
    }
    if ((bytes[20] & 0x08) != 0) {
      // SPEC_I_PT; the capabilities say that there is no such thing.
      return Condition.INVALID_FIELD_IN_PARAMETER_LIST;
    }
    ReservationOutList list = ReservationOutList.decode(bytes);
    boolean ignoreKey = action == PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY;
    return switch (action) {
      case PersistentReserve.REGISTER, PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY ->
          list.persist() && !reservations.canPersist()
              ? Condition.INVALID_FIELD_IN_PARAMETER_LIST
              : change.register(list, ignoreKey, ports);
      case PersistentReserve.RESERVE -> change.reserve(list.key(), type);
      case PersistentReserve.RELEASE -> change.release(list.key(), type);
      case PersistentReserve.CLEAR -> change.clear(list.key());
      default -> change.preempt(list.key(), list.serviceActionKey(), type);
    };
  }

  // ---- SPC-2

  /** With registrations in place it conflicts: the capabilities say CRH zero. */
  static void reserve6(LogicalUnit unit, ScsiTask task) {
    Reservations reservations = unit.reservations();
    if (!reservations.state().registrations().isEmpty()) {
      task.end(ScsiStatus.RESERVATION_CONFLICT);
    } else {
      reservations.reserveFor(task.nexus());
      task.end(ScsiStatus.GOOD);
    }
  }

  /** Releasing what another nexus reserved does nothing, and does it well (SPC-2 7.16.1). */
  static void release6(LogicalUnit unit, ScsiTask task) {
    Reservations reservations = unit.reservations();
    if (!reservations.state().registrations().isEmpty()) {
      task.end(ScsiStatus.RESERVATION_CONFLICT);
      return;
    }
    if (reservations.reservedBy() == task.nexus()) {
      reservations.reserveFor(null);
    }
    task.end(ScsiStatus.GOOD);
  }
}
