/**
 * The generic multipath library: heads, paths, I/O policies, requeue and failover. It knows neither
 * SCSI nor NVMe.
 */
package io.multipath4j.libmultipath;
