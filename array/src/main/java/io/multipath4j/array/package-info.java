/** The emulated array: logical units, an iSCSI server, and faults on demand. */
package io.multipath4j.array;
