package io.multipath4j.scsi.multipath;

/** Which SCSI devices are multipathed: the words of the {@code multipath} parameter. */
public enum MultipathMode {
  /** None: every path is an ordinary disk of its own. */
  OFF("off"),
  /** Those that say that they have target port groups (TPGS non-zero), and have a unique id. */
  ON("on"),
  /** All that have a unique id. */
  ALWAYS("always");

  private final String word;

  MultipathMode(String word) {
    this.word = word;
  }

  /** Returns the word that means this mode. */
  public String word() {
    return word;
  }

  /**
   * Returns the mode that a word means. The word must match exactly: no prefix, no other case, no
   * blanks.
   *
   * @throws IllegalArgumentException when it is no such word; the message names it
   */
  public static MultipathMode parse(String word) {
    for (MultipathMode mode : values()) {
      if (mode.word.equals(word)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "multipath mode '" + word + "' is unknown: expected off, on or always");
  }

  @Override
  public String toString() {
    return word;
  }
}
