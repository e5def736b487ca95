package io.multipath4j.reactor;

import org.jspecify.annotations.Nullable;

/** Decides what becomes of an incoming connection. */
@FunctionalInterface
public interface Acceptor {

  /**
   * Takes a new connection, already connected. Called on the loop thread.
   *
   * @return its handler (whose {@code onConnected} is called next), or null to reset it
   */
  @Nullable StreamHandler accept(Endpoint remote);
}
