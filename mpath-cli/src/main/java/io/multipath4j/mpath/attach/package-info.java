/** Composition: iSCSI sessions, SCSI hosts, multipath and the NBD server become one served disk. */
package io.multipath4j.mpath.attach;
