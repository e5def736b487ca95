/** How commands talk to their user, and to the event loops that work for them. */
package io.multipath4j.mpath.console;
