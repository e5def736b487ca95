package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.Opcode;

/**
 * Decides which commands programs may pass through to a device, and whether they may use its
 * reservations. Not asked for what this program itself sends. Loop thread.
 */
@FunctionalInterface
public interface PassthroughGate {

  /** Lets everything through: an ordinary disk. */
  PassthroughGate OPEN = cdb -> "";

  /**
   * Lets everything through but PERSISTENT RESERVE IN and OUT: a reservation made through one path
   * of several locks out the others of the same host.
   */
  PassthroughGate NO_RESERVATIONS =
      cdb -> {
        int opcode = cdb[0] & 0xFF;
        return opcode == Opcode.PERSISTENT_RESERVE_IN || opcode == Opcode.PERSISTENT_RESERVE_OUT
            ? Opcode.name(opcode) + " is refused on a path of a multipath disk"
            : "";
      };

  /**
   * Returns why a command must not be passed through.
   *
   * @param cdb not to be kept or changed
   * @return a clause for a person; empty when it may be passed through
   */
  String refusal(byte[] cdb);
}
