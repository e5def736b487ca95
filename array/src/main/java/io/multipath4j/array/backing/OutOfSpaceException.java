package io.multipath4j.array.backing;

import java.io.IOException;

/** A thin store has reached its limit. */
public final class OutOfSpaceException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Makes the exception; the message says which limit. */
  public OutOfSpaceException(String message) {
    super(message);
  }
}
