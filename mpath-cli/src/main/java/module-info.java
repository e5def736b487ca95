/** The command line. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.mpath {
  requires io.multipath4j.nbd;
  requires io.multipath4j.array;
  requires io.multipath4j.scsi.multipath;
  requires io.multipath4j.iscsi;
  requires static org.jspecify;
}
