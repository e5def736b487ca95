package io.multipath4j.fuse;

import java.io.IOException;

/** A mount that could not be made. The message is a sentence that says what to do. */
public final class MountException extends IOException {
  private static final long serialVersionUID = 1L;

  MountException(String message) {
    super(message);
  }

  MountException(String message, Throwable cause) {
    super(message, cause);
  }
}
