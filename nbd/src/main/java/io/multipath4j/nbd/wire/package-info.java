/** The numbers of the NBD protocol ("doc/proto.md" of the NBD project). Not exported. */
package io.multipath4j.nbd.wire;
