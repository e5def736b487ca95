/** The emulated array: logical units, an iSCSI server, and faults on demand. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.array {
  requires transitive io.multipath4j.iscsi;
  requires transitive io.multipath4j.scsi;
  requires static transitive org.jspecify;

  exports io.multipath4j.array;
  exports io.multipath4j.array.backing;
  exports io.multipath4j.array.lu;
  exports io.multipath4j.array.server;
}
