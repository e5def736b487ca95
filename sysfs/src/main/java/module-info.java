/**
 * The attribute tree: directories, attributes, symbolic links and uevents, with the rules and texts
 * of Linux sysfs. It knows no multipath.
 */
@org.jspecify.annotations.NullMarked
module io.multipath4j.sysfs {
  requires static transitive org.jspecify;

  exports io.multipath4j.sysfs;
}
