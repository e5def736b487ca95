package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.Lun;

/**
 * Which addresses of a host are to be scanned: channel, target, LUN, each a number or a wildcard.
 * Its text is what Linux takes in a host's {@code scan} file.
 *
 * @param channel channel number, or {@link #ANY}
 * @param id target number on the channel, or {@link #ANY}
 * @param lun the number of a LUN, 0 to {@link Lun#MAX_NUMBER}, or {@link #ANY}
 */
public record ScanPattern(int channel, int id, int lun) {

  /** The wildcard, {@code -} in the text. */
  public static final int ANY = -1;

  /** Everything behind a host: {@code - - -}. */
  public static final ScanPattern ALL = new ScanPattern(ANY, ANY, ANY);

  private static final int PARTS = 3;

  /** Longest number that is looked at; all of these fit into an int. */
  private static final int MAX_DIGITS = 9;

  /** Checks the ranges. */
  public ScanPattern {
    if (channel < ANY || id < ANY || lun < ANY || lun > Lun.MAX_NUMBER) {
      throw new IllegalArgumentException(
          "scan pattern '"
              + text(channel, id, lun)
              + "': expected numbers from 0, a LUN up to "
              + Lun.MAX_NUMBER
              + ", or -");
    }
  }

  /**
   * Reads a pattern, for example {@code "- - -"} or {@code "0 0 3"}; blanks around it are taken.
   *
   * @throws IllegalArgumentException when it is none; the message names it (EINVAL)
   */
  public static ScanPattern parse(String text) {
    String[] words = text.strip().split("\\s+", PARTS + 1);
    if (words.length != PARTS) {
      throw new IllegalArgumentException(
          "scan pattern '" + text + "': expected channel, target and LUN, such as '- - -'");
    }
    return new ScanPattern(part(text, words[0]), part(text, words[1]), part(text, words[2]));
  }

  private static int part(String text, String word) {
    if (word.equals("-")) {
      return ANY;
    }
    boolean digits = word.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || word.length() > MAX_DIGITS) {
      throw new IllegalArgumentException(
          "scan pattern '" + text + "': '" + word + "' is neither a number nor -");
    }
    return Integer.parseInt(word);
  }

  /** Tells whether the one target of a host is meant, channel 0 and number 0. */
  boolean hasTarget() {
    return channel <= 0 && id <= 0;
  }

  private static String text(int channel, int id, int lun) {
    return word(channel) + " " + word(id) + " " + word(lun);
  }

  private static String word(int part) {
    return part == ANY ? "-" : Integer.toString(part);
  }

  @Override
  public String toString() {
    return text(channel, id, lun);
  }
}
