package io.multipath4j.mpath.attach;

/** A disk could not be attached, or not served; the message says why and what to do. */
public final class AttachFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  AttachFailedException(String message) {
    super(message);
  }

  AttachFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
