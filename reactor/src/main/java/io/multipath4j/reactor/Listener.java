package io.multipath4j.reactor;

/** A listening socket. Loop thread only, except {@link #local()}. */
public interface Listener {

  /** Returns the bound address, with the real port. Callable from any thread. */
  Endpoint local();

  /**
   * Stops to listen; connections that were accepted stay. Removes a Unix socket's file. Idempotent.
   */
  void close();
}
