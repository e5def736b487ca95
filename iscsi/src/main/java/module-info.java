/** iSCSI (RFC 7143): PDU codecs, login, and initiator sessions. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.iscsi {
  requires transitive io.multipath4j.scsi;
  requires static transitive org.jspecify;

  exports io.multipath4j.iscsi;
  exports io.multipath4j.iscsi.login;
  exports io.multipath4j.iscsi.pdu;
}
