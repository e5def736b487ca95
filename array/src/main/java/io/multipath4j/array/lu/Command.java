package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.Opcode;
import java.io.IOException;
import java.util.HexFormat;

/**
 * One command of the device server. Its CDB usage data (SPC-5 6.36.3) is as long as its CDB; a set
 * bit is one that the command looks at. A CDB with another bit set is refused: it asks for
 * something that would not happen.
 */
final class Command {

  /** The operation code stands for itself. */
  static final int NO_SERVICE_ACTION = -1;

  private static final Step NOTHING = (unit, task) -> {};

  /** What of a target port's asymmetric access state and of the medium a command depends on. */
  enum Access {
    /** Nothing, and it reports no unit attention either (SAM-5 5.14.1). */
    IDENTITY,
    /** Nothing: works even where the unit is unavailable. */
    ALWAYS,
    /** Works in standby: tells or sets how the unit is, but not its data. */
    STANDBY,
    /** Needs an active port. */
    MEDIUM;

    /** Returns the condition that it meets at ports of a state, NO_SENSE when it may pass. */
    int refusalIn(AccessState state) {
      return switch (state) {
        case ACTIVE_OPTIMIZED, ACTIVE_NON_OPTIMIZED, LBA_DEPENDENT -> Condition.NO_SENSE;
        case STANDBY -> this == MEDIUM ? Condition.TARGET_PORT_IN_STANDBY : Condition.NO_SENSE;
        case UNAVAILABLE -> unlessAlways(Condition.TARGET_PORT_IN_UNAVAILABLE);
        case OFFLINE -> unlessAlways(Condition.LOGICAL_UNIT_OFFLINE);
        case TRANSITIONING -> unlessAlways(Condition.ASYMMETRIC_ACCESS_STATE_TRANSITION);
      };
    }

    private int unlessAlways(int refusal) {
      return this == IDENTITY || this == ALWAYS ? Condition.NO_SENSE : refusal;
    }
  }

  /**
   * What a command meets where another nexus holds a persistent reservation (SPC-5 table 66, SBC-4
   * table 12, ZBC-2 table 9).
   */
  enum Reserved {
    /** It passes, or has rules of its own. */
    PASSES,
    /** It passes unless access is exclusive. */
    READS,
    /** It conflicts. */
    WRITES,
    /** START STOP UNIT: it passes when all it wants is to start. */
    STARTS
  }

  private final int opcode;
  private final int serviceAction;
  private final byte[] usage;
  private final Access access;
  private final Reserved reserved;
  private final Step prepare;
  private final Step execute;

  private Command(
      int serviceAction,
      byte[] usage,
      Access access,
      Reserved reserved,
      Step prepare,
      Step execute) {
    this.opcode = usage[0] & 0xFF;
    this.serviceAction = serviceAction;
    this.usage = usage;
    this.access = access;
    this.reserved = reserved;
    this.prepare = prepare;
    this.execute = execute;
  }

  /** One step of a command; it ends the task when it finds something wrong. */
  @FunctionalInterface
  interface Step {
    void run(LogicalUnit unit, ScsiTask task) throws IOException;
  }

  /** A command without Data-Out, usage given in hexadecimal. */
  static Command of(
      int serviceAction, String usage, Access access, Reserved reserved, Step execute) {
    return withDataOut(serviceAction, usage, access, reserved, NOTHING, execute);
  }

  /** A command that prepares for Data-Out, usage given in hexadecimal. */
  static Command withDataOut(
      int serviceAction,
      String usage,
      Access access,
      Reserved reserved,
      Step prepare,
      Step execute) {
    byte[] bytes = HexFormat.of().parseHex(usage.replace(" ", ""));
    return new Command(serviceAction, bytes, access, reserved, prepare, execute);
  }

  int opcode() {
    return opcode;
  }

  /** Returns the service action in byte 1, or {@link #NO_SERVICE_ACTION}. */
  int serviceAction() {
    return serviceAction;
  }

  int cdbLength() {
    return usage.length;
  }

  /** Returns a copy of the CDB usage data, with the opcode and the service action filled in. */
  byte[] usage() {
    byte[] filled = usage.clone();
    if (serviceAction >= 0) {
      filled[1] |= (byte) serviceAction;
    }
    return filled;
  }

  Access access() {
    return access;
  }

  Reserved reserved() {
    return reserved;
  }

  /** Tells whether a unit has it: zones do not go with provisioning, nor with comparing. */
  boolean existsOn(LogicalUnit unit) {
    return switch (opcode) {
      case Opcode.ZBC_IN, Opcode.ZBC_OUT -> unit.zones() != null;
      case Opcode.UNMAP, Opcode.COMPARE_AND_WRITE -> unit.zones() == null;
      case Opcode.SERVICE_ACTION_IN_16 ->
          serviceAction != Opcode.SA_GET_LBA_STATUS_16 || unit.zones() == null;
      default -> true;
    };
  }

  /** Tells whether it passes where another nexus sent RESERVE(6) (SPC-2 table 8). */
  boolean passesReserve6() {
    boolean persistent =
        opcode == Opcode.PERSISTENT_RESERVE_IN || opcode == Opcode.PERSISTENT_RESERVE_OUT;
    boolean takes = opcode == Opcode.RESERVE_6 || persistent;
    return reserved == Reserved.PASSES && access != Access.MEDIUM && !takes;
  }

  /** Checks the CDB and says how much Data-Out it wants. */
  Step prepare() {
    return prepare;
  }

  /** Does it; to be called when the Data-Out has arrived. */
  Step execute() {
    return execute;
  }

  /** Returns the index of the first byte of a CDB with a bit that is not in use, or -1. */
  int unusedBitAt(byte[] cdb) {
    for (int i = 1; i < usage.length; i++) {
      if ((cdb[i] & ~usage[i]) != 0 && (i > 1 || serviceAction < 0)) {
        return i;
      }
    }
    if (serviceAction >= 0 && (cdb[1] & ~usage[1] & 0xE0) != 0) {
      return 1;
    }
    return -1;
  }
}
