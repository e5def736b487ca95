package io.multipath4j.scsi.multipath.reservation;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a key file.
 *
 * <pre>
 *   multipath4j-reservation-keys 2
 *   isid 0x5f31c2
 *   0x00000000000000a1 aptpl registered 0 naa.600140505200a986f0043c9afa1fd077
 *   0x00000000000000a1 - preempted 0 naa.600140505200a986f0043c9afa1fd078
 * </pre>
 *
 * The part of the sessions' ISIDs that is random, then one line for each disk: the key, whether it
 * survives a power loss, its state, how many nexuses may have it without a right, and the unique id
 * up to the end of the line.
 */
final class KeyFileText {

  /** Most disks in a file. */
  static final int MAX_DISKS = 4096;

  /** Longest line: the words and an id of 255 characters. */
  static final int MAX_LINE_CHARS = 320;

  private static final String NAME = "multipath4j-reservation-keys";
  private static final String HEADER = NAME + " 2";
  private static final String PERSIST = "aptpl";
  private static final String NO_PERSIST = "-";
  private static final int KEY_DIGITS = 16;
  private static final Pattern ISID = Pattern.compile("isid 0x([0-9a-f]{6})");
  private static final Pattern DOUBTS = Pattern.compile("[0-9]{1,4}");

  /** Lines before those of disks. */
  private static final int HEAD_LINES = 2;

  /** Words of a disk's line. */
  private static final int WORDS = 5;

  /**
   * What a file says.
   *
   * @param isidPart 24 bits
   * @param records by the unique id of the disk
   */
  record Content(int isidPart, Map<String, KeyRecord> records) {}

  private KeyFileText() {}

  static String write(int isidPart, Map<String, KeyRecord> records) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    text.append("isid 0x%06x".formatted(isidPart)).append('\n');
    records.forEach((wwid, kept) ->
        text.append("0x%016x".formatted(kept.key()))
            .append(' ')
            .append(kept.persist() ? PERSIST : NO_PERSIST)
            .append(' ')
            .append(word(kept.state()))
            .append(' ')
            .append(kept.doubts())
            .append(' ')
            .append(wwid)
            .append('\n'));
    return text.toString();
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException with one clause for a person that names the line
   */
  static Content read(String text) {
    String[] lines = text.split("\n", -1);
    if (!lines[0].equals(HEADER)) {
      throw new IllegalArgumentException(
          lines[0].startsWith(NAME)
              ? "it was written by another version of this program"
              : "line 1 is not '" + HEADER + "'");
    }
    if (!lines[lines.length - 1].isEmpty()) {
      throw new IllegalArgumentException("its last line has no end");
    }
    Matcher isid = ISID.matcher(lines[1]);
    if (!isid.matches()) {
      throw new IllegalArgumentException("line 2: expected isid 0x and 6 hexadecimal digits");
    }
    if (lines.length - 1 - HEAD_LINES > MAX_DISKS) {
      throw new IllegalArgumentException("it has more than " + MAX_DISKS + " disks");
    }
    Map<String, KeyRecord> records = new LinkedHashMap<>();
    for (int i = HEAD_LINES; i < lines.length - 1; i++) {
      readLine(lines[i], "line " + (i + 1) + ": ", records);
    }
    return new Content(Integer.parseInt(isid.group(1), 16), records);
  }

  private static void readLine(String line, String where, Map<String, KeyRecord> records) {
    String[] words = line.split(" ", WORDS);
    if (line.length() > MAX_LINE_CHARS || words.length < WORDS || words[4].isBlank()) {
      throw new IllegalArgumentException(
          where + "expected a key, aptpl or -, a state, a number and an id");
    }
    boolean persist = words[1].equals(PERSIST);
    if (!persist && !words[1].equals(NO_PERSIST)) {
      throw new IllegalArgumentException(where + "'" + words[1] + "' is neither aptpl nor -");
    }
    if (!DOUBTS.matcher(words[3]).matches()) {
      throw new IllegalArgumentException(where + "'" + words[3] + "' is no number up to 9999");
    }
    if (!words[4].chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      throw new IllegalArgumentException(where + "the id is not printable ASCII");
    }
    KeyRecord kept =
        new KeyRecord(
            key(words[0], where), persist, state(words[2], where), Integer.parseInt(words[3]));
    if (records.put(words[4], kept) != null) {
      throw new IllegalArgumentException(where + "the id " + words[4] + " again");
    }
  }

  private static long key(String word, String where) {
    String digits = word.startsWith("0x") ? word.substring(2) : "";
    boolean good = digits.length() == KEY_DIGITS && digits.chars().allMatch(KeyFileText::isHex);
    long key = good ? Long.parseUnsignedLong(digits, 16) : 0;
    if (key == 0) {
      throw new IllegalArgumentException(
          where + "expected a key of 0x and " + KEY_DIGITS + " hexadecimal digits, not all 0");
    }
    return key;
  }

  private static boolean isHex(int c) {
    return Character.digit(c, 16) >= 0 && c < 0x7F;
  }

  private static KeyRecord.State state(String word, String where) {
    for (KeyRecord.State state : KeyRecord.State.values()) {
      if (word(state).equals(word)) {
        return state;
      }
    }
    throw new IllegalArgumentException(where + "'" + word + "' is no state");
  }

  private static String word(KeyRecord.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
