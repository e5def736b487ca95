/** What both kinds of event loop are made of; not exported. */
package io.multipath4j.reactor.loop;
