package io.multipath4j.scsi.codec;

/** Asymmetric access state of a target port group (SPC-5 5.18.2.4, 6.37). */
public enum AccessState {
  /** Everything works, fast. */
  ACTIVE_OPTIMIZED(0x0, 0x01, "active/optimized"),
  /** Everything works, at a cost. */
  ACTIVE_NON_OPTIMIZED(0x1, 0x02, "active/non-optimized"),
  /** Takes no media access, but could be made to; knows who it is and how large. */
  STANDBY(0x2, 0x04, "standby"),
  /** Takes next to nothing. */
  UNAVAILABLE(0x3, 0x08, "unavailable"),
  /** Depends on the block. */
  LBA_DEPENDENT(0x4, 0x10, "lba-dependent"),
  /** Takes nothing, and does not change by itself. */
  OFFLINE(0xE, 0x40, "offline"),
  /** On its way from one state to another. */
  TRANSITIONING(0xF, 0x80, "transitioning");

  /** Bits of the state; bit 7 says that the target port group is preferred. */
  private static final int STATE_MASK = 0x0F;

  private final int code;
  private final int supportedBit;
  private final String word;

  AccessState(int code, int supportedBit, String word) {
    this.code = code;
    this.supportedBit = supportedBit;
    this.word = word;
  }

  /**
   * Returns the state in a byte as the device sends it. Only the low 4 bits count: the preferred
   * bit says nothing about the state. A reserved state is {@link #UNAVAILABLE}: what is not known
   * to take I/O gets none.
   */
  public static AccessState of(int descriptorByte) {
    for (AccessState state : values()) {
      if (state.code == (descriptorByte & STATE_MASK)) {
        return state;
      }
    }
    return UNAVAILABLE;
  }

  /** Returns the number on the wire, 0 to 15. */
  public int code() {
    return code;
  }

  /** Returns its bit in the supported-states byte of {@link TargetPortGroupList.Group}. */
  public int supportedBit() {
    return supportedBit;
  }

  /** Returns the words that the attribute {@code access_state} shows. */
  public String word() {
    return word;
  }
}
