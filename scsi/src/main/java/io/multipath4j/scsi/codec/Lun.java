package io.multipath4j.scsi.codec;

/**
 * Logical unit numbers: eight bytes on the wire (SAM-5 4.7), here a big-endian {@code long}, and
 * the small number that people use.
 *
 * <pre>
 *   number   0 to 255      peripheral device addressing, bus 0   00 nn 00 00 00 00 00 00
 *   number 256 to 16383    flat space addressing                 4h nn 00 00 00 00 00 00
 * </pre>
 */
public final class Lun {

  /** Highest number that flat space addressing can carry. */
  public static final int MAX_NUMBER = 0x3FFF;

  private Lun() {}

  /**
   * Returns the eight-byte LUN of a number.
   *
   * @param number 0 to {@link #MAX_NUMBER}
   * @throws IllegalArgumentException when out of range
   */
  public static long of(int number) {
    if (number < 0 || number > MAX_NUMBER) {
      throw new IllegalArgumentException(
          "LUN " + number + ": expected a number from 0 to " + MAX_NUMBER);
    }
    return (number < 256 ? (long) number : 0x4000L | number) << 48;
  }

  /**
   * Returns the number of a single-level LUN, or -1 when it is not of the peripheral (bus 0) or
   * flat form, such as a well-known one.
   */
  public static int number(long lun) {
    int first = (int) (lun >>> 48);
    if (lun << 16 != 0) {
      return -1;
    }
    return switch (first >> 14) {
      case 0 -> first < 256 ? first : -1;
      case 1 -> first & MAX_NUMBER;
      default -> -1;
    };
  }

  /** Tells whether two LUNs name the same unit, whichever of the two forms each uses. */
  public static boolean same(long a, long b) {
    return a == b || (number(a) >= 0 && number(a) == number(b));
  }

  /** Returns the form that {@link #of} gives, so that equal units have equal numbers. */
  public static long canonical(long lun) {
    int number = number(lun);
    return number >= 0 ? of(number) : lun;
  }

  /** Returns the number, or the sixteen hexadecimal digits when there is none. */
  public static String text(long lun) {
    int number = number(lun);
    return number >= 0 ? Integer.toString(number) : String.format("0x%016x", lun);
  }
}
