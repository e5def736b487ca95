package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsNode;

/**
 * The {@code multipath} group of a head's device or disk: a directory, there also when it is empty,
 * with a link to each path. Any thread.
 */
public final class MemberLinks {

  private static final String NAME = "multipath";

  private final SysfsDirectory links;

  /** Makes the group in a directory. */
  public MemberLinks(SysfsDirectory of) {
    this.links = of.addDirectory(NAME);
  }

  /** Links to a path. */
  public void add(String name, SysfsNode path) {
    links.addLink(name, path);
  }

  /** Takes a link away; does nothing when there is none, or the group is gone. */
  public void remove(String name) {
    SysfsNode link = links.isRemoved() ? null : links.child(name);
    if (link != null) {
      link.remove();
    }
  }
}
