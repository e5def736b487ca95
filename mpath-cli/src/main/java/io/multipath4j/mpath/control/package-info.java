/**
 * The control channel of a process that attaches: one interface, {@link
 * io.multipath4j.mpath.control.MpathControl}, over the process's own objects and over a Unix
 * socket.
 */
package io.multipath4j.mpath.control;
