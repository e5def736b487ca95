/** Attaches iSCSI paths: sessions, hosts and scans that feed SCSI multipath, and the disks. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.initiator {
  requires transitive io.multipath4j.iscsi;
  requires transitive io.multipath4j.scsi.multipath;
  requires static transitive org.jspecify;

  exports io.multipath4j.initiator;
}
