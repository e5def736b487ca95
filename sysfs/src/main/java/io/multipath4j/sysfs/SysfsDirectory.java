package io.multipath4j.sysfs;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the tree.
 *
 * <p>Its content is one immutable sorted array, replaced as a whole by each change: readers see the
 * directory before or after it, never between, and never wait.
 */
public final class SysfsDirectory extends SysfsNode {
  private static final int MODE = 0755;

  /** Sorted by name, as {@code LC_ALL=C ls} does; the directories among it are counted. */
  private static final class Content {
    static final Content EMPTY = new Content(new SysfsNode[0], 0);

    final SysfsNode[] nodes;
    final int directories;

    Content(SysfsNode[] nodes, int directories) {
      this.nodes = nodes;
      this.directories = directories;
    }

    /** Returns the index of a name, or {@code -1 - index} of where it would be. */
    int indexOf(String name) {
      int low = 0;
      int high = nodes.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = nodes[middle].name().compareTo(name);
        if (order == 0) {
          return middle;
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return -1 - low;
    }

    Content with(int index, SysfsNode node) {
      SysfsNode[] next = new SysfsNode[nodes.length + 1];
      System.arraycopy(nodes, 0, next, 0, index);
      next[index] = node;
      System.arraycopy(nodes, index, next, index + 1, nodes.length - index);
      return new Content(next, directories + (node instanceof SysfsDirectory ? 1 : 0));
    }

    Content without(int index) {
      SysfsNode[] next = new SysfsNode[nodes.length - 1];
      System.arraycopy(nodes, 0, next, 0, index);
      System.arraycopy(nodes, index + 1, next, index, next.length - index);
      return new Content(next, directories - (nodes[index] instanceof SysfsDirectory ? 1 : 0));
    }
  }

  private volatile Content content = Content.EMPTY;

  SysfsDirectory(SysfsTree tree, @Nullable SysfsDirectory parent, String name) {
    super(tree, parent, name);
  }

  /**
   * Adds an empty directory.
   *
   * @throws SysfsException {@code EEXIST} when the name is taken, {@code ENODEV} when this
   *     directory was removed, {@code EINVAL} or {@code ENAMETOOLONG} when it is no name
   */
  public SysfsDirectory addDirectory(String name) {
    requireName(name);
    return put(new SysfsDirectory(tree(), this, name));
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

  /** As {@link #child}, also after removal. */
  @Nullable SysfsNode find(String name) {
    Content now = content;
    int index = now.indexOf(name);
    return index < 0 ? null : now.nodes[index];
  }

  /** As {@link #children}, also after removal. */
  List<SysfsNode> snapshot() {
    return Collections.unmodifiableList(Arrays.asList(content.nodes));
  }

  /** The caller holds the lock of the structure. */
  void drop(SysfsNode node) {
    content = content.without(content.indexOf(node.name()));
    touchIfSeen();
  }

  private <N extends SysfsNode> N put(N node) {
    synchronized (tree().structure()) {
      requirePresent();
      int index = content.indexOf(node.name());
      if (index >= 0) {
        throw new SysfsException(SysfsErrno.EEXIST, node.path() + " is there already");
      }
      content = content.with(-1 - index, node);
      touchIfSeen();
      return node;
    }
  }

  @Override
  void markRemoved() {
    super.markRemoved();
    for (SysfsNode node : content.nodes) {
      node.markRemoved();
    }
  }

  @Override
  SysfsStat look() {
    return new SysfsStat(
        SysfsStat.Type.DIRECTORY, MODE, inode(), 2 + content.directories, 0, seen());
  }
}
