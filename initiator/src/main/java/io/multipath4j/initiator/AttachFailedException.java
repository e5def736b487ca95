package io.multipath4j.initiator;

/** Paths could not be attached; the message tells the user why, one or more lines. */
public final class AttachFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public AttachFailedException(String message) {
    super(message);
  }
}
