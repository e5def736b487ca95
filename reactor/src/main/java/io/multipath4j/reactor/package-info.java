/** The event loop, its time and its streams. */
package io.multipath4j.reactor;
