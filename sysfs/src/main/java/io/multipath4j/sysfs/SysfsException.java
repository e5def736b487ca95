package io.multipath4j.sysfs;

/**
 * An operation on the tree that was refused: an errno, and a sentence that says what to what.
 *
 * <p>It is unchecked because builders of a tree meet it only by mistake; who serves readers (a
 * command, a mount) catches it in one place and answers with {@link #errno()}.
 */
public final class SysfsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final SysfsErrno errno;
  private final String sentence;

  /**
   * Makes one.
   *
   * @param errno what a system call would return
   * @param sentence what happened to what, and what was expected; no final dot
   */
  public SysfsException(SysfsErrno errno, String sentence) {
    super(sentence + " (" + errno.name() + ")");
    this.errno = errno;
    this.sentence = sentence;
  }

  /** Returns the refusal of a value that a parser did not take: {@code EINVAL}. */
  public static SysfsException invalid(IllegalArgumentException refused) {
    String message = refused.getMessage();
    return new SysfsException(SysfsErrno.EINVAL, message == null ? "not such a value" : message);
  }

  /** Returns what a system call would return. */
  public SysfsErrno errno() {
    return errno;
  }

  /** Returns the message without the errno. */
  public String sentence() {
    return sentence;
  }
}
