/** SCSI: command and reply codecs, sense, hosts, devices, error handling, and the sd disk. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.scsi {
  requires transitive io.multipath4j.block;
  requires transitive io.multipath4j.reactor;
  requires static transitive org.jspecify;

  exports io.multipath4j.scsi;
  exports io.multipath4j.scsi.codec;
}
