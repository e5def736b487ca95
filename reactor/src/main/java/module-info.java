/**
 * Clock, scheduler, event loop and streams, in two implementations: NIO, and simulated.
 *
 * <p>Nothing above this room reads the time, opens a socket or starts a thread by other means.
 */
@org.jspecify.annotations.NullMarked
module io.multipath4j.reactor {
  requires org.jctools.core.jdk11;
  requires static transitive org.jspecify;

  exports io.multipath4j.reactor;
  exports io.multipath4j.reactor.nio;
  exports io.multipath4j.reactor.simulated;
}
