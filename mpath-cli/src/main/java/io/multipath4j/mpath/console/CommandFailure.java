package io.multipath4j.mpath.console;

/** A command could not do its work; the message tells the user what happened and what to do. */
public final class CommandFailure extends Exception {

  private static final long serialVersionUID = 1L;

  /** Fails with a message for the user, one or more lines without an end of line. */
  public CommandFailure(String message) {
    super(message);
  }

  /** Fails with a message for the user because of {@code cause}. */
  public CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
