/** SCSI multipath: identification, heads by unique id, and their disks. It knows no transport. */
package io.multipath4j.scsi.multipath;
