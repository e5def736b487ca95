package io.multipath4j.array.lu;

/** Asymmetric access state of a target port group (SPC-5 5.18.2.4, 6.36 table 311). */
public enum AccessState {
  /** Everything works, fast. */
  ACTIVE_OPTIMIZED(0x0, 0x01, Condition.NO_SENSE),
  /** Everything works, slower. */
  ACTIVE_NON_OPTIMIZED(0x1, 0x02, Condition.NO_SENSE),
  /** No I/O; knows who it is and how large. */
  STANDBY(0x2, 0x04, Condition.TARGET_PORT_IN_STANDBY),
  /** Hardly answers. */
  UNAVAILABLE(0x3, 0x08, Condition.TARGET_PORT_IN_UNAVAILABLE),
  /** The logical unit cannot be reached through these ports. */
  OFFLINE(0xE, 0x40, Condition.LOGICAL_UNIT_OFFLINE),
  /** On the way from one state to another. */
  TRANSITIONING(0xF, 0x80, Condition.ASYMMETRIC_ACCESS_STATE_TRANSITION);

  private final int code;
  private final int supportedBit;
  private final int refusal;

  AccessState(int code, int supportedBit, int refusal) {
    this.code = code;
    this.supportedBit = supportedBit;
    this.refusal = refusal;
  }

  /** Returns the number on the wire, 0 to 15. */
  public int code() {
    return code;
  }

  /** Returns its bit in the supported-states byte of a descriptor. */
  int supportedBit() {
    return supportedBit;
  }

  /** Returns the condition that a command of this class meets, NO_SENSE when it may pass. */
  int refusalOf(Command.Access access) {
    boolean passes =
        switch (this) {
          case ACTIVE_OPTIMIZED, ACTIVE_NON_OPTIMIZED -> true;
          case STANDBY -> access != Command.Access.MEDIUM;
          case UNAVAILABLE, OFFLINE, TRANSITIONING ->
              access == Command.Access.IDENTITY || access == Command.Access.ALWAYS;
        };
    return passes ? Condition.NO_SENSE : refusal;
  }
}
