/**
 * The generic multipath library: heads, paths, I/O policies, requeue and failover. It knows neither
 * SCSI nor NVMe.
 */
@org.jspecify.annotations.NullMarked
module io.multipath4j.libmultipath {
  requires transitive io.multipath4j.block;
  requires transitive io.multipath4j.reactor;
  requires transitive io.multipath4j.sysfs;
  requires static transitive org.jspecify;

  exports io.multipath4j.libmultipath;
  exports io.multipath4j.libmultipath.sysfs;
}
