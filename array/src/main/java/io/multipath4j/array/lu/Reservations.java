package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ReservationType;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a logical unit: its persistent reservation, and the older one of RESERVE(6) (SPC-2
 * 5.5), which lives until its nexus does. Loop thread.
 */
final class Reservations {

  private ReservationState state = ReservationState.NOTHING;
  private @Nullable ReservationFile file;
  private @Nullable Nexus reservedBy;

  /** Loads what a file has, and keeps it up to date from now on. */
  void persistIn(Path path, LogicalUnitId unit) throws IOException {
    ReservationFile opened = new ReservationFile(path, unit);
    state = opened.load();
    file = opened;
  }

  boolean canPersist() {
    return file != null;
  }

  ReservationState state() {
    return state;
  }

  /** Saves a state if it has to be, and then has it. On failure nothing has changed. */
  void become(ReservationState next) throws IOException {
    ReservationFile to = file;
    if (to != null && (next.persist() || state.persist())) {
      to.save(next);
    }
    state = next;
  }

  /** Returns who sent RESERVE(6), or null. */
  @Nullable Nexus reservedBy() {
    return reservedBy;
  }

  /** Sets or, with null, releases the reservation of RESERVE(6). */
  void reserveFor(@Nullable Nexus nexus) {
    reservedBy = nexus;
  }

  /** SPC-2 5.5.1: the end of its session releases what RESERVE(6) reserved. */
  void lost(Nexus nexus) {
    if (reservedBy == nexus) {
      reservedBy = null;
    }
  }

  /** Tells whether a command ends with RESERVATION CONFLICT (SPC-5 table 66, SBC-4 table 12). */
  boolean refuse(Nexus nexus, Command command, byte[] cdb) {
    Nexus owner = reservedBy;
    if (owner != null) {
      // SPC-2 5.5.1: even the one that has it cannot mix the two.
      boolean mixes = command.opcode() == Opcode.PERSISTENT_RESERVE_OUT;
      return mixes || (owner != nexus && !command.passesReserve6());
    }
    ReservationType type = state.type();
    if (type == null) {
      return false;
    }
    return switch (command.reserved()) {
      case PASSES -> false;
      case READS -> !type.isWriteExclusive() && !state.admits(nexus.id());
      case WRITES -> !state.admits(nexus.id());
      case STARTS -> !UnitCommands.onlyStarts(cdb) && !state.admits(nexus.id());
    };
  }
}
