package io.multipath4j.scsi.codec;

import org.jspecify.annotations.Nullable;

/** Type of a persistent reservation (SPC-5 6.16.4.5). */
public enum ReservationType {
  /** Only the holder writes; everybody reads. */
  WRITE_EXCLUSIVE(0x1),
  /** Only the holder reads and writes. */
  EXCLUSIVE_ACCESS(0x3),
  /** Only registered nexuses write; everybody reads. */
  WRITE_EXCLUSIVE_REGISTRANTS_ONLY(0x5),
  /** Only registered nexuses read and write. */
  EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(0x6),
  /** As registrants only, and every registered nexus is a holder. */
  WRITE_EXCLUSIVE_ALL_REGISTRANTS(0x7),
  /** As registrants only, and every registered nexus is a holder. */
  EXCLUSIVE_ACCESS_ALL_REGISTRANTS(0x8);

  private final int code;

  ReservationType(int code) {
    this.code = code;
  }

  /** Returns the type of a number on the wire; null for an obsolete or a reserved one. */
  public static @Nullable ReservationType of(int code) {
    for (ReservationType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }

  /** Returns the number on the wire, 1 to 8. */
  public int code() {
    return code;
  }

  /** Tells whether everybody may read. */
  public boolean isWriteExclusive() {
    return (code & 1) != 0 && this != EXCLUSIVE_ACCESS;
  }

  /** Tells whether every registered nexus may do what the holder may. */
  public boolean admitsRegistrants() {
    return code >= WRITE_EXCLUSIVE_REGISTRANTS_ONLY.code;
  }

  /** Tells whether every registered nexus is a holder. */
  public boolean isAllRegistrants() {
    return code >= WRITE_EXCLUSIVE_ALL_REGISTRANTS.code;
  }
}
