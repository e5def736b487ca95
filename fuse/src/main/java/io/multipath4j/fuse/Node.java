package io.multipath4j.fuse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory of the mount. The methods may refuse with {@link FuseError} or the tree's own
 * {@link io.multipath4j.sysfs.SysfsException}. Any thread.
 */
sealed interface Node permits Folder, SysfsEntry, TextFile, DiskFile {

  /** The kinds of node, as the two low bits of their numbers. */
  enum Kind {
    TEXT(0),
    FOLDER(1),
    SYSFS(2),
    DISK(3);

    private final int bits;

    Kind(int bits) {
      this.bits = bits;
    }

    /** Returns the number of the n-th node of this kind; the root is folder 0, by that number 1. */
    long id(long n) {
      return n << 2 | bits;
    }
  }

  /** Returns the number that no other node of the mount has or had. */
  long id();

  /** Returns the name in its directory. */
  String name();

  /** Returns what it is. */
  FileStat stat();

  /** Returns the type bits of its mode, also when it is removed. */
  int type();

  /** Returns the node of a name in this directory, or null. */
  default @Nullable Node child(String name) {
    throw new FuseError(Errno.ENOTDIR);
  }

  /** Returns what is in this directory. */
  default List<? extends Node> children() {
    throw new FuseError(Errno.ENOTDIR);
  }

  /** Returns the text of this link. */
  default String readLink() {
    throw new FuseError(Errno.EINVAL);
  }

  /**
   * Opens this file.
   *
   * @param flags as of open(2)
   */
  default OpenFile open(int flags) {
    throw new FuseError(Errno.EISDIR);
  }

  /** Refuses a size that the file cannot be given. */
  default void checkNewSize(long sizeBytes) {}
}
