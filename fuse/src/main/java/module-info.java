/**
 * Mounts an attribute tree and block devices: a FUSE file system that speaks the kernel's own
 * protocol, so that a request waits for a disk without a thread that waits with it.
 *
 * <p>The room has threads of its own, which only read requests; what concerns a disk runs on the
 * disk's event loop. It calls libc and libfuse3, so the module needs {@code
 * --enable-native-access=io.multipath4j.fuse}.
 */
@org.jspecify.annotations.NullMarked
module io.multipath4j.fuse {
  requires transitive io.multipath4j.block;
  requires transitive io.multipath4j.reactor;
  requires transitive io.multipath4j.sysfs;
  requires static transitive org.jspecify;

  exports io.multipath4j.fuse;
}
