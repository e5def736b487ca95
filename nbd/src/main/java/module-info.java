/** An NBD server over any block device. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.nbd {
  requires transitive io.multipath4j.block;
  requires transitive io.multipath4j.reactor;
  requires static transitive org.jspecify;

  exports io.multipath4j.nbd;
  exports io.multipath4j.nbd.client;
}
