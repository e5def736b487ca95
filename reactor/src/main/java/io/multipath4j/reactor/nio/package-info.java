/** The event loop on real sockets and real time. */
package io.multipath4j.reactor.nio;
