/** Event loops on a simulated network and virtual time, for tests that can be replayed. */
package io.multipath4j.reactor.simulated;
