package io.multipath4j.sysfs;

import java.util.BitSet;
import java.util.List;

/**
 * How attributes read and write values: the exact rules of the kernel's own parsers. The sentence
 * of an error names the value.
 */
public final class AttributeText {
  private static final int QUOTED_CHARS = 64;
  private static final long MAX_UNSIGNED_INT = 0xFFFF_FFFFL;

  private AttributeText() {}

  /**
   * Reads a number of 0 to 2^32 - 1 as {@code kstrtouint} of base 0 does: decimal, hexadecimal
   * after {@code 0x}, octal after {@code 0}; one {@code +} may be before it and one newline behind
   * it.
   *
   * @throws SysfsException {@code EINVAL} when it is not such a number, {@code ERANGE} when it is
   *     too large
   */
  public static long unsignedInt(String text) {
    long value = unsignedLong(text);
    if (Long.compareUnsigned(value, MAX_UNSIGNED_INT) > 0) {
      throw tooLarge(text, "4294967295");
    }
    return value;
  }

  /**
   * Reads a number of 0 to 2^64 - 1 as {@code kstrtoull} of base 0 does; see {@link #unsignedInt}.
   *
   * @return the value, unsigned
   * @throws SysfsException {@code EINVAL} when it is not such a number, {@code ERANGE} when it is
   *     too large
   */
  public static long unsignedLong(String text) {
    int at = text.startsWith("+") ? 1 : 0;
    int base = 10;
    if (at < text.length() && text.charAt(at) == '0') {
      base = 8;
      // Without a digit behind it, the x is junk behind an octal zero.
      if (at + 2 < text.length()
          && (text.charAt(at + 1) | 0x20) == 'x'
          && digit(text.charAt(at + 2)) < 16) {
        base = 16;
        at += 2;
      }
    }
    int first = at;
    long value = 0;
    boolean overflow = false;
    while (at < text.length() && digit(text.charAt(at)) < base) {
      int digit = digit(text.charAt(at));
      // value * base + digit > 2^64 - 1
      overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) > 0;
      value = value * base + digit;
      at++;
    }
    // Overflow counts before junk behind the digits, as in the kernel.
    if (overflow) {
      throw tooLarge(text, "18446744073709551615");
    }
    if (at == first || !isEnd(text, at)) {
      throw invalid(text, "a number (decimal, 0x and hexadecimal, or 0 and octal)");
    }
    return value;
  }

  /**
   * Reads a truth value as {@code kstrtobool} does, which looks at the first letter only, at two
   * when the first is an o: {@code 1 y t e on}, {@code 0 n f d off}, large or small.
   *
   * @throws SysfsException {@code EINVAL} when it is none
   */
  public static boolean bool(String text) {
    char first = text.isEmpty() ? '\0' : text.charAt(0);
    char second = text.length() < 2 ? '\0' : text.charAt(1);
    return switch (first) {
      case 'e', 'E', 'y', 'Y', 't', 'T', '1' -> true;
      case 'd', 'D', 'n', 'N', 'f', 'F', '0' -> false;
      case 'o', 'O' ->
          switch (second) {
            case 'n', 'N' -> true;
            case 'f', 'F' -> false;
            default -> throw invalid(text, "on or off");
          };
      default -> throw invalid(text, "one of 1, y, on, 0, n, off");
    };
  }

  /** Returns whether a text is a word, with or without one newline ({@code sysfs_streq}). */
  public static boolean isWord(String text, String word) {
    return text.startsWith(word) && isEnd(text, word.length());
  }

  /**
   * Returns which word a text is, with or without one newline ({@code sysfs_match_string}).
   *
   * @throws SysfsException {@code EINVAL} when it is none of them
   */
  public static String word(String text, List<String> words) {
    for (String word : words) {
      if (isWord(text, word)) {
        return word;
      }
    }
    throw invalid(text, "one of " + String.join(", ", words));
  }

  /**
   * Writes a set of numbers as {@code bitmap_print_to_pagebuf} does in its list form, without the
   * newline: {@code 0-3,5}, and nothing for the empty set.
   */
  public static String list(BitSet numbers) {
    StringBuilder text = new StringBuilder();
    int first = numbers.nextSetBit(0);
    while (first >= 0) {
      int last = numbers.nextClearBit(first) - 1;
      text.append(text.isEmpty() ? "" : ",").append(first);
      if (last > first) {
        text.append('-').append(last);
      }
      first = numbers.nextSetBit(last + 1);
    }
    return text.toString();
  }

  /** Returns foreign text so that it can stand in one line of a message. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    String stripped = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    for (int i = 0; i < Math.min(stripped.length(), QUOTED_CHARS); i++) {
      char c = stripped.charAt(i);
      quoted.append(Character.isISOControl(c) ? '?' : c);
    }
    return quoted.append(stripped.length() > QUOTED_CHARS ? "...\"" : "\"").toString();
  }

  private static boolean isEnd(String text, int at) {
    return at == text.length() || (at == text.length() - 1 && text.charAt(at) == '\n');
  }

  /** Returns the value of an ASCII digit of base 16, or a number beyond every base. */
  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int small = c | 0x20;
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : Integer.MAX_VALUE;
  }

  private static SysfsException invalid(String text, String expected) {
    return new SysfsException(SysfsErrno.EINVAL, quote(text) + " is not " + expected);
  }

  private static SysfsException tooLarge(String text, String most) {
    return new SysfsException(SysfsErrno.ERANGE, quote(text) + " is larger than " + most);
  }
}
