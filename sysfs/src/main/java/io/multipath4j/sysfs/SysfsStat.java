package io.multipath4j.sysfs;

import java.time.Instant;

/**
 * What {@code stat} tells of a node. Every node belongs to root.
 *
 * @param type the kind of node
 * @param permissions the nine permission bits
 * @param inode the node's number, for life, at least 1
 * @param links 1, for a directory 2 and one more for each directory in it
 * @param sizeBytes 4096 for an attribute of text, else 0
 * @param modified when it was first looked at or last changed
 */
public record SysfsStat(
    Type type, int permissions, long inode, int links, long sizeBytes, Instant modified) {

  /** The kinds of node. */
  public enum Type {
    /** Holds other nodes. */
    DIRECTORY('d', 0040000),
    /** Has content. */
    ATTRIBUTE('-', 0100000),
    /** Points to another node. */
    LINK('l', 0120000);

    private final char letter;
    private final int bits;

    Type(char letter, int bits) {
      this.letter = letter;
      this.bits = bits;
    }
  }

  private static final String LETTERS = "rwxrwxrwx";

  /** Returns {@code st_mode}: the bits of the type and the permissions. */
  public int mode() {
    return type.bits | permissions;
  }

  /** Returns the mode as {@code ls -l} prints it, as in {@code -rw-r--r--}. */
  public String modeText() {
    StringBuilder text = new StringBuilder().append(type.letter);
    for (int i = 0; i < LETTERS.length(); i++) {
      boolean set = (permissions >> (LETTERS.length() - 1 - i) & 1) != 0;
      text.append(set ? LETTERS.charAt(i) : '-');
    }
    return text.toString();
  }
}
