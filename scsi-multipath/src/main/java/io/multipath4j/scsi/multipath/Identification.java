package io.multipath4j.scsi.multipath;

import static io.multipath4j.scsi.codec.Designator.EUI_64;
import static io.multipath4j.scsi.codec.Designator.NAA;
import static io.multipath4j.scsi.codec.Designator.SCSI_NAME;
import static io.multipath4j.scsi.codec.Designator.T10_VENDOR_ID;

import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the unique id among the designators of VPD page 83h, by the ranks of Linux, so that an id
 * here is the one that an operator sees there.
 */
final class Identification {

  /** The priority of ids that are unique only if whoever gave them took care. */
  static final int WEAK_PRIORITY = 1;

  /** A name that would have to be cut ranks below every id that need not be. */
  private static final int TOO_LONG_PRIORITY = 2;

  private static final int ANY = -1;

  /**
   * One row of the ranking.
   *
   * @param naa the NAA nibble, or ANY
   * @param length designator length in bytes, or ANY
   */
  private record Rank(int type, int naa, int length, int priority) {

    boolean fits(Designator designator) {
      return type == designator.type()
          && (naa == ANY || naa == (designator.byteAt(0) >> 4))
          && (length == ANY || length == designator.length());
    }
  }

  /** What fits no row is not used. */
  private static final List<Rank> RANKS =
      List.of(
          new Rank(SCSI_NAME, ANY, ANY, 9),
          new Rank(NAA, 6, 16, 8), // IEEE Registered Extended
          new Rank(EUI_64, ANY, 16, 7),
          new Rank(EUI_64, ANY, 12, 6),
          new Rank(NAA, 5, 8, 5), // IEEE Registered
          // IEEE Extended is code 2 (SPC-5 7.7.6.6.2); Linux looks for it under code 4.
          new Rank(NAA, 2, 8, 4),
          new Rank(NAA, 4, 8, 4),
          new Rank(EUI_64, ANY, 8, 3),
          new Rank(T10_VENDOR_ID, ANY, ANY, WEAK_PRIORITY),
          new Rank(NAA, 3, 8, WEAK_PRIORITY)); // Locally Assigned

  /**
   * What came of it: an id, or the reason why there is none.
   *
   * @param id null when there is none
   * @param reason one clause for a person; empty when there is an id
   */
  record Outcome(@Nullable UniqueId id, String reason) {}

  private Identification() {}

  /** Chooses among the designators of one logical unit. */
  static Outcome choose(List<Designator> designators, boolean acceptWeak) {
    return choose(designators, acceptWeak, UniqueId.MAX_CHARS);
  }

  /**
   * @param maxChars longest id that may come out
   */
  static Outcome choose(List<Designator> designators, boolean acceptWeak, int maxChars) {
    Designator best = null;
    int bestPriority = 0;
    for (Designator candidate : designators) {
      int priority = priority(candidate, maxChars);
      if (priority > 0 && (best == null || replaces(candidate, priority, best, bestPriority))) {
        best = candidate;
        bestPriority = priority;
      }
    }
    if (best == null) {
      return none("VPD page 83h has no designator that names the logical unit");
    }
    String text = text(best);
    if (bestPriority == WEAK_PRIORITY && !acceptWeak) {
      return none(
          "its only id, "
              + text
              + ", is not certain to be unique in the world (weak ids are not accepted)");
    }
    if (text.isEmpty() || text.length() > maxChars) {
      return none(
          "its id has " + text.length() + " characters, and 1 to " + maxChars + " are accepted");
    }
    return new Outcome(new UniqueId(text, bestPriority), "");
  }

  private static Outcome none(String reason) {
    return new Outcome(null, reason);
  }

  /** Returns a designator's rank; 0 means that it is of no use. */
  private static int priority(Designator designator, int maxChars) {
    if (designator.association() != Association.LOGICAL_UNIT || designator.length() == 0) {
      return 0;
    }
    for (Rank rank : RANKS) {
      if (rank.fits(designator)) {
        return rank.type == SCSI_NAME && designator.length() > maxChars
            ? TOO_LONG_PRIORITY
            : rank.priority;
      }
    }
    return 0;
  }

  /** A later one of the same rank wins, except that a text never replaces a longer one. */
  private static boolean replaces(Designator candidate, int priority, Designator best, int than) {
    if (priority != than) {
      return priority > than;
    }
    boolean isText = candidate.type() == T10_VENDOR_ID || candidate.type() == SCSI_NAME;
    return !isText || candidate.length() >= best.length();
  }

  /** Returns the text of a designator of one of the ranked types. */
  static String text(Designator designator) {
    byte[] bytes = designator.id();
    return switch (designator.type()) {
      case NAA -> "naa." + HexFormat.of().formatHex(bytes);
      case EUI_64 -> "eui." + HexFormat.of().formatHex(bytes);
      case T10_VENDOR_ID -> "t10." + printable(bytes, bytes.length);
      default -> printable(bytes, lengthUntilNul(bytes));
    };
  }

  /** A SCSI name string is padded with NUL to a multiple of four (SPC-5 7.7.6.11). */
  private static int lengthUntilNul(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return length;
  }

  /**
   * Escapes what is not printable ASCII as octal, and the backslash itself, so that different bytes
   * never become the same text, and no text of a peer steers a terminal.
   */
  private static String printable(byte[] bytes, int length) {
    StringBuilder text = new StringBuilder(length);
    for (char c : new String(bytes, 0, length, StandardCharsets.ISO_8859_1).toCharArray()) {
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c >= ' ' && c <= '~') {
            text.append(c);
          } else {
            text.append('\\').append(Integer.toOctalString(0x200 | c).substring(1));
          }
        }
      }
    }
    return text.toString();
  }
}
