package io.multipath4j.sysfs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the tree: nodes of its own, and those of the {@link SysfsTable}s in it. Readers
 * never wait, and each change is one node that is there or not; what is listed is sorted by name,
 * as {@code LC_ALL=C ls} does.
 */
public final class SysfsDirectory extends SysfsNode {
  private static final int MODE = 0755;

  private volatile Children children = Children.NONE;
  private volatile int directories;
  private volatile @Nullable TableInPlace<?> tables;

  SysfsDirectory(SysfsTree tree, @Nullable SysfsDirectory parent, String name, long inode) {
    super(tree, parent, name, inode);
  }

  /** Makes a directory that is a row of a table. */
  <T> SysfsDirectory(
      SysfsDirectory parent, String name, long inode, SysfsTable<T> table, T object) {
    this(parent.tree(), parent, name, inode);
    tables = new TableInPlace<>(this, table, object, null);
  }

  /**
   * Adds an empty directory.
   *
   * @throws SysfsException {@code EEXIST} when the name is taken, {@code ENODEV} when this
   *     directory was removed, {@code EINVAL} or {@code ENAMETOOLONG} when it is no name
   */
  public SysfsDirectory addDirectory(String name) {
    requireName(name);
    return put(new SysfsDirectory(tree(), this, name, tree().nextInodes(1)));
  }

  /**
   * Returns the directory at a relative path, as in {@code devices/virtual}, adding what is
   * missing.
   *
   * @throws SysfsException {@code ENOTDIR} when another kind of node is in the way, and as {@link
   *     #addDirectory}
   */
  public SysfsDirectory ensureDirectory(String path) {
    synchronized (tree().structure()) {
      SysfsDirectory directory = this;
      for (String name : path.split("/", -1)) {
        SysfsNode there = directory.find(name);
        if (there == null) {
          directory = directory.addDirectory(name);
        } else if (there instanceof SysfsDirectory next) {
          directory = next;
        } else {
          throw new SysfsException(SysfsErrno.ENOTDIR, there.path() + " is not a directory");
        }
      }
      return directory;
    }
  }

  /**
   * Adds an attribute.
   *
   * @throws SysfsException as {@link #addDirectory}
   */
  public SysfsFile addAttribute(SysfsAttribute attribute) {
    return put(new SysfsFile(tree(), this, attribute));
  }

  /**
   * Adds a symbolic link.
   *
   * @param name the link's name
   * @param target a node of the same tree, not its root
   * @throws SysfsException as {@link #addDirectory}
   */
  public SysfsLink addLink(String name, SysfsNode target) {
    requireName(name);
    if (target.tree() != tree() || target.parent() == null) {
      throw new IllegalArgumentException(
          "a link leads to a node below the root of its own tree, not to " + target.path());
    }
    return put(new SysfsLink(tree(), this, name, target));
  }

  /**
   * Returns the node of a name, or null.
   *
   * @throws SysfsException {@code ENODEV} when this directory was removed
   */
  public @Nullable SysfsNode child(String name) {
    requirePresent();
    return find(name);
  }

  /**
   * Returns what the directory held at one moment, sorted by name.
   *
   * @throws SysfsException {@code ENODEV} when this directory was removed
   */
  public List<SysfsNode> children() {
    requirePresent();
    return snapshot();
  }

  /**
   * Adds the attributes of a table.
   *
   * @param object the object behind them here
   * @throws SysfsException as {@link #addDirectory}
   */
  public <T> void addTable(SysfsTable<T> table, T object) {
    synchronized (tree().structure()) {
      requirePresent();
      for (int row = 0; row < table.size(); row++) {
        requireFree(table.row(row).name());
      }
      tables = new TableInPlace<>(this, table, object, tables);
      touchIfSeen();
    }
  }

  /** As {@link #child}, also after removal. */
  @Nullable SysfsNode find(String name) {
    SysfsNode node = children.find(name);
    for (TableInPlace<?> in = tables; node == null && in != null; in = in.next()) {
      node = in.find(name);
    }
    return node;
  }

  /** As {@link #children}, also after removal. */
  List<SysfsNode> snapshot() {
    List<SysfsNode> nodes = new ArrayList<>();
    children.addAllTo(nodes);
    if (tables != null) {
      for (TableInPlace<?> in = tables; in != null; in = in.next()) {
        in.addAllTo(nodes);
      }
      nodes.sort(Comparator.comparing(SysfsNode::name));
    }
    return Collections.unmodifiableList(nodes);
  }

  /**
   * Takes a node of its own out; false when it is of a table. The caller holds the lock of the
   * structure.
   */
  boolean drop(SysfsNode node) {
    if (children.find(node.name()) != node) {
      return false;
    }
    children = children.without(node);
    if (node instanceof SysfsDirectory) {
      int fewer = directories - 1;
      directories = fewer;
    }
    touchIfSeen();
    return true;
  }

  private <N extends SysfsNode> N put(N node) {
    synchronized (tree().structure()) {
      requirePresent();
      requireFree(node.name());
      children = children.with(node);
      if (node instanceof SysfsDirectory) {
        int more = directories + 1;
        directories = more;
      }
      touchIfSeen();
      return node;
    }
  }

  private void requireFree(String name) {
    boolean taken = children.find(name) != null;
    for (TableInPlace<?> in = tables; in != null; in = in.next()) {
      taken |= in.table().indexOf(name) >= 0;
    }
    if (taken) {
      throw new SysfsException(SysfsErrno.EEXIST, path() + "/" + name + " is there already");
    }
  }

  @Override
  void markRemoved() {
    super.markRemoved();
    List<SysfsNode> own = new ArrayList<>();
    children.addAllTo(own);
    own.forEach(SysfsNode::markRemoved);
    for (TableInPlace<?> in = tables; in != null; in = in.next()) {
      in.markRemoved();
    }
  }

  @Override
  SysfsStat look() {
    int links = 2 + directories;
    for (TableInPlace<?> in = tables; in != null; in = in.next()) {
      links += in.directories();
    }
    return new SysfsStat(SysfsStat.Type.DIRECTORY, MODE, inode(), links, 0, seen());
  }
}
