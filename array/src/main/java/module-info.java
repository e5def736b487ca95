/** The emulated array: logical units, an iSCSI server, and faults on demand. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.array {
  requires transitive io.multipath4j.iscsi;
  requires transitive io.multipath4j.scsi;
  requires static transitive org.jspecify;
}
