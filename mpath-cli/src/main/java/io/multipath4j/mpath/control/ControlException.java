package io.multipath4j.mpath.control;

import io.multipath4j.sysfs.SysfsException;

/** A request was refused, or could not be answered: an errno by its name, and a sentence. */
public final class ControlException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String errno;

  /**
   * Makes one.
   *
   * @param errno a name of Linux, as in {@code ENOENT}
   * @param sentence what happened to what, and what was expected; no final dot
   */
  public ControlException(String errno, String sentence) {
    super(sentence);
    this.errno = errno;
  }

  /** Makes one because of a cause. */
  public ControlException(String errno, String sentence, Throwable cause) {
    super(sentence, cause);
    this.errno = errno;
  }

  /** Makes one of what the tree refused. */
  public static ControlException of(SysfsException refused) {
    return new ControlException(refused.errno().name(), refused.sentence(), refused);
  }

  /** Returns the name of the errno. */
  public String errno() {
    return errno;
  }

  /** Returns the sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
