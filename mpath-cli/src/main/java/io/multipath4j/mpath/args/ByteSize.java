package io.multipath4j.mpath.args;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of bytes as people write it: {@code 1G}, {@code 512MiB}, {@code 1.5T}, {@code 4096}. A
 * single letter and the {@code iB} forms count in 1024s, the {@code B} forms ({@code GB}) in 1000s.
 *
 * @param bytes zero or more
 */
public record ByteSize(long bytes) {

  private static final String UNITS = "KMGTP";
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)\\s*(?:([KMGTP])(I?B)?|B)?");

  /** Checks the sign. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of " + bytes + " bytes is negative");
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException when it is none, with a message for the user
   */
  public static ByteSize parse(String text) {
    Matcher form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size: expected a number and a unit, such as 512M, 1G or 4096");
    }
    BigDecimal bytes = new BigDecimal(form.group(1));
    if (form.group(2) != null) {
      int base = "B".equals(form.group(3)) ? 1000 : 1024;
      int power = UNITS.indexOf(form.group(2)) + 1;
      bytes = bytes.multiply(BigDecimal.valueOf(base).pow(power));
    }
    try {
      return new ByteSize(bytes.longValueExact());
    } catch (ArithmeticException notWholeOrTooLarge) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a whole number of bytes below 8 EiB", notWholeOrTooLarge);
    }
  }

  /** Returns the size in the largest unit that fits, for example {@code 1.0 GiB}. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int power = Math.min(UNITS.length(), (63 - Long.numberOfLeadingZeros(bytes)) / 10);
    double amount = bytes / Math.pow(1024, power);
    return String.format(Locale.ROOT, "%.1f %ciB", amount, UNITS.charAt(power - 1));
  }
}
