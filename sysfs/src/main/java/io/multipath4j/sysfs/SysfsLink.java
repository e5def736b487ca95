package io.multipath4j.sysfs;

import java.util.List;

/** A symbolic link. It is made with the node that it leads to; its text follows from the places. */
public final class SysfsLink extends SysfsNode {
  private static final int MODE = 0777;

  private final SysfsNode target;

  SysfsLink(SysfsTree tree, SysfsDirectory parent, String name, SysfsNode target) {
    super(tree, parent, name, tree.nextInodes(1));
    this.target = target;
  }

  /** Returns where it leads, which may have been removed. */
  public SysfsNode target() {
    return target;
  }

  /**
   * Returns the relative path of the target, as in {@code ../../../../class/scsi_mpath_device}.
   *
   * @throws SysfsException {@code ENODEV} when the link was removed
   */
  public String read() {
    requirePresent();
    return text();
  }

  /** As {@link #read}, also after removal. */
  String text() {
    // The way up ends below the last directory that both have, and the target itself is always
    // named: a link to a directory above reads ../../name, as from a disk to its device.
    List<SysfsNode> from = chain().subList(0, chain().size() - 1);
    List<SysfsNode> to = target.chain();
    int common = 0;
    int most = Math.min(from.size(), to.size() - 1);
    while (common < most && from.get(common) == to.get(common)) {
      common++;
    }
    StringBuilder text = new StringBuilder("../".repeat(from.size() - common));
    for (SysfsNode node : to.subList(common, to.size())) {
      text.append(node.name()).append('/');
    }
    return text.substring(0, text.length() - 1);
  }

  @Override
  SysfsStat look() {
    return new SysfsStat(SysfsStat.Type.LINK, MODE, inode(), 1, 0, seen());
  }
}
