package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.MpathAccessState;

/** Asymmetric access state of a path (SPC-5 5.18.2.4). */
public enum AccessState {
  /** The best way. */
  OPTIMAL(0x0, "active/optimized", MpathAccessState.OPTIMIZED),
  /** Works, at a cost. */
  ACTIVE(0x1, "active/non-optimized", MpathAccessState.NONOPTIMIZED),
  /** Takes no media access, but could be made to. */
  STANDBY(0x2, "standby", MpathAccessState.OTHER),
  /** Takes next to nothing. */
  UNAVAILABLE(0x3, "unavailable", MpathAccessState.OTHER),
  /** Depends on the block. */
  LBA_DEPENDENT(0x4, "lba-dependent", MpathAccessState.OTHER),
  /** Takes nothing, and does not change by itself. */
  OFFLINE(0xE, "offline", MpathAccessState.OTHER),
  /** On its way from one state to another. */
  TRANSITIONING(0xF, "transitioning", MpathAccessState.OTHER);

  /** Bits of the state; bit 7 says that the target port group is preferred. */
  private static final int STATE_MASK = 0x0F;

  private final int code;
  private final String word;
  private final MpathAccessState selection;

  AccessState(int code, String word, MpathAccessState selection) {
    this.code = code;
    this.word = word;
    this.selection = selection;
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

  /** Returns the number that the standard gives it. */
  public int code() {
    return code;
  }

  /** Returns the words that the attribute {@code access_state} shows. */
  public String word() {
    return word;
  }

  /** Returns what it means for the choice of a path. */
  MpathAccessState selection() {
    return selection;
  }
}
