/** The emulated array: logical units behind iSCSI portals, with faults on demand. */
package io.multipath4j.array;
