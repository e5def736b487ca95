/** The SCSI middle layer: from a block request to a command on a transport, and back. */
package io.multipath4j.scsi;
