/** SCSI multipath: identification, heads by unique id, and their disks. It knows no transport. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.scsi.multipath {
  requires transitive io.multipath4j.libmultipath;
  requires transitive io.multipath4j.scsi;
  requires transitive io.multipath4j.sysfs;
  requires static transitive org.jspecify;

  exports io.multipath4j.scsi.multipath;
  exports io.multipath4j.scsi.multipath.reservation;
  exports io.multipath4j.scsi.multipath.tree;
}
