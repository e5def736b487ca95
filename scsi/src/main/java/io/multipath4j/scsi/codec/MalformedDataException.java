package io.multipath4j.scsi.codec;

/** Bytes that a peer sent do not have the form that the standard gives them. */
public final class MalformedDataException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Makes one; the message names the structure, what was found and what was expected. */
  public MalformedDataException(String message) {
    super(message);
  }
}
