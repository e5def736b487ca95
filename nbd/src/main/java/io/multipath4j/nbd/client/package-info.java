/** A small asynchronous NBD client, itself a block device. */
package io.multipath4j.nbd.client;
