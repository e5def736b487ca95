package io.multipath4j.block;

import java.util.HexFormat;

/**
 * A world-wide id of a device.
 *
 * @param kind how to read it
 * @param hex its 1 to {@value #MAX_BYTES} bytes in lower-case hex digits; longer ids are not
 *     reported
 */
public record BlockUniqueId(Kind kind, String hex) {

  /** Longest id. */
  public static final int MAX_BYTES = 16;

  /** Kinds of ids, as the SCSI designator types (SPC-5 7.7.6.1). */
  public enum Kind {
    /** Vendor's name and what it assigned. */
    T10,
    /** EUI-64 based. */
    EUI64,
    /** NAA. */
    NAA
  }

  /** Checks the id. */
  public BlockUniqueId {
    int length = HexFormat.of().parseHex(hex).length;
    if (length < 1 || length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "unique id of " + length + " bytes: expected 1 to " + MAX_BYTES);
    }
  }
}
