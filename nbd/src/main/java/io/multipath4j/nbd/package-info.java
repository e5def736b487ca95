/** An NBD server over any block device. */
package io.multipath4j.nbd;
