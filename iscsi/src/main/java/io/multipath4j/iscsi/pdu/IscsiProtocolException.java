package io.multipath4j.iscsi.pdu;

/**
 * The other side broke RFC 7143; the connection cannot go on. The message names field and value.
 */
public final class IscsiProtocolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int MAX_MESSAGE_CHARACTERS = 400;

  /** Makes one. The message may quote the other side; see {@link #printable}. */
  public IscsiProtocolException(String message) {
    super(printable(message));
  }

  /**
   * Returns a text that quotes the other side as it can go to a log or a terminal: one line without
   * control characters, and not endless.
   */
  public static String printable(String text) {
    int length = Math.min(text.length(), MAX_MESSAGE_CHARACTERS);
    StringBuilder clean = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      clean.append(Character.isISOControl(c) ? '?' : c);
    }
    return length < text.length() ? clean.append("...").toString() : clean.toString();
  }
}
