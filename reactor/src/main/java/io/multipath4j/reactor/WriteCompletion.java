package io.multipath4j.reactor;

/** Told when a payload has left, so that its buffer can be used again. Loop thread. */
@FunctionalInterface
public interface WriteCompletion {

  /** The payload's last byte has been given to the transport. */
  void written();
}
