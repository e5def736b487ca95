package io.multipath4j.reactor.nio;

/** What is attached to a selection key. */
interface Ready {

  /** The selector found the channel ready. */
  void ready();

  /** The loop ends: closes the channel, and the handler is not told. */
  void loopClosed();
}
