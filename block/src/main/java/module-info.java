/** Block I/O requests and the devices that serve them. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.block {
  requires static transitive org.jspecify;

  exports io.multipath4j.block;
}
