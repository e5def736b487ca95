package io.multipath4j.fuse;

import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsFile;
import io.multipath4j.sysfs.SysfsLink;
import io.multipath4j.sysfs.SysfsNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of the tree as a node of the mount.
 *
 * @param node what it shows
 * @param name what it is called here: the tree's root is {@code sys}
 */
record SysfsEntry(SysfsNode node, String name) implements Node {
  private static final int S_IFLNK = 0120000;

  private static SysfsEntry of(SysfsNode node) {
    return new SysfsEntry(node, node.name());
  }

  @Override
  public long id() {
    return Kind.SYSFS.id(node.inode());
  }

  @Override
  public FileStat stat() {
    return FileStat.of(node.stat(), id());
  }

  @Override
  public int type() {
    return switch (node) {
      case SysfsDirectory directory -> FileStat.S_IFDIR;
      case SysfsFile file -> FileStat.S_IFREG;
      case SysfsLink link -> S_IFLNK;
    };
  }

  @Override
  public @Nullable Node child(String name) {
    if (!(node instanceof SysfsDirectory directory)) {
      throw new FuseError(Errno.ENOTDIR);
    }
    SysfsNode child = directory.child(name);
    return child == null ? null : of(child);
  }

  @Override
  public List<? extends Node> children() {
    if (!(node instanceof SysfsDirectory directory)) {
      throw new FuseError(Errno.ENOTDIR);
    }
    return directory.children().stream().map(SysfsEntry::of).toList();
  }

  @Override
  public String readLink() {
    if (!(node instanceof SysfsLink link)) {
      throw new FuseError(Errno.EINVAL);
    }
    return link.read();
  }

  @Override
  public OpenFile open(int flags) {
    if (!(node instanceof SysfsFile file)) {
      throw new FuseError(Errno.EISDIR);
    }
    int permissions = file.stat().permissions();
    // The kernel lets root pass; an attribute without such a function refuses it too.
    if ((OpenFlags.reads(flags) && (permissions & 0444) == 0)
        || (OpenFlags.writes(flags) && (permissions & 0222) == 0)) {
      throw new FuseError(Errno.EACCES);
    }
    return new OpenFile.Content(file::readBytes, file::write);
  }
}
