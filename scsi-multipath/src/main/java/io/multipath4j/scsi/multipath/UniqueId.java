package io.multipath4j.scsi.multipath;

/**
 * The name by which paths to one logical unit find each other.
 *
 * @param text for example {@code naa.600140505200a986f0043c9afa1fd077}; printable ASCII, 1 to
 *     {@link #MAX_CHARS} characters
 * @param priority its rank in {@link Identification}, 1 to 9
 */
public record UniqueId(String text, int priority) {

  /**
   * Longest id, in characters. A longer one is refused and never cut: what is cut may equal what is
   * another.
   */
  public static final int MAX_CHARS = 255;

  /** Tells whether nothing but its giver's care makes this id unique in the world. */
  public boolean isWeak() {
    return priority == Identification.WEAK_PRIORITY;
  }

  @Override
  public String toString() {
    return text;
  }
}
