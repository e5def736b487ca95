/** The iSCSI side of the array: portals, login, sessions, faults. */
package io.multipath4j.array.server;
