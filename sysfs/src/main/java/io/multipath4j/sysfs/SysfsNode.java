package io.multipath4j.sysfs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree. Its name, parent and inode number never change; it is there until it or a
 * directory above it is removed, and from then on whoever still holds it gets {@code ENODEV}.
 *
 * <p>All methods may be called by any thread. Readers take no lock.
 */
public abstract sealed class SysfsNode permits SysfsDirectory, SysfsFile, SysfsLink {
  /** The longest name, in bytes. */
  public static final int MAX_NAME_BYTES = 255;

  static final long NEVER = Long.MIN_VALUE;
  private static final AtomicLongFieldUpdater<SysfsNode> MODIFIED =
      AtomicLongFieldUpdater.newUpdater(SysfsNode.class, "modifiedMillis");

  private final SysfsTree tree;
  private final @Nullable SysfsDirectory parent;
  private final String name;
  private final long inode;
  private volatile long modifiedMillis = NEVER;
  private volatile boolean removed;

  SysfsNode(SysfsTree tree, @Nullable SysfsDirectory parent, String name, long inode) {
    this.tree = tree;
    this.parent = parent;
    this.name = name;
    this.inode = inode;
  }

  /** Returns the tree that the node is or was in. */
  public SysfsTree tree() {
    return tree;
  }

  /** Returns the directory that the node is or was in; null for the root. */
  public @Nullable SysfsDirectory parent() {
    return parent;
  }

  /** Returns the name in its directory; empty for the root. */
  public String name() {
    return name;
  }

  /** Returns the node's number, which no other node of this tree has or had. */
  public long inode() {
    return inode;
  }

  /** Returns whether the node is no more. */
  public boolean isRemoved() {
    return removed;
  }

  /** Returns the path from the root, also after removal; {@code /} for the root. */
  public String path() {
    if (parent == null) {
      return "/";
    }
    StringBuilder path = new StringBuilder();
    for (SysfsNode node : chain()) {
      path.append('/').append(node.name);
    }
    return path.toString();
  }

  /**
   * Returns what the node is.
   *
   * @throws SysfsException {@code ENODEV} when it was removed
   */
  public SysfsStat stat() {
    requirePresent();
    return look();
  }

  /**
   * Takes the node, and all that is in it, out of the tree. Links that point to it stay, and lead
   * nowhere. Readers are not waited for.
   *
   * @return false when it was removed before
   * @throws IllegalStateException for the root, and for what a {@link SysfsTable} made
   */
  public boolean remove() {
    SysfsDirectory from = parent;
    if (from == null) {
      throw new IllegalStateException("the root of a tree cannot be removed");
    }
    synchronized (tree.structure()) {
      if (removed) {
        return false;
      }
      if (!from.drop(this)) {
        throw new IllegalStateException(path() + " is of a table, and goes with its directory");
      }
      markRemoved();
      return true;
    }
  }

  /** Returns what the node is, whether it was removed or not. */
  abstract SysfsStat look();

  /** The caller holds the lock of the structure. */
  void markRemoved() {
    removed = true;
  }

  final void requirePresent() {
    if (isRemoved()) {
      throw new SysfsException(SysfsErrno.ENODEV, path() + " was removed");
    }
  }

  /** As in kernfs, a node gets its time when it is first looked at. */
  final Instant seen() {
    return Instant.ofEpochMilli(seenMillis());
  }

  long seenMillis() {
    if (modifiedMillis == NEVER) {
      MODIFIED.compareAndSet(this, NEVER, tree.nowMillis());
    }
    return modifiedMillis;
  }

  void touch() {
    modifiedMillis = tree.nowMillis();
  }

  /** A directory that nobody has looked at needs no new time when its content changes. */
  final void touchIfSeen() {
    if (modifiedMillis != NEVER) {
      touch();
    }
  }

  /** Returns the nodes from below the root down to this one. */
  final List<SysfsNode> chain() {
    List<SysfsNode> chain = new ArrayList<>();
    SysfsNode node = this;
    while (node.parent != null) {
      chain.add(node);
      node = node.parent;
    }
    return chain.reversed();
  }

  /** Refuses what cannot be a name, or would forge a line of a listing. */
  static void requireName(String name) {
    Objects.requireNonNull(name, "name");
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw new SysfsException(
          SysfsErrno.ENAMETOOLONG, "a name has at most " + MAX_NAME_BYTES + " bytes: " + name);
    }
    boolean plain = name.chars().noneMatch(c -> c == '/' || Character.isISOControl(c));
    if (name.isEmpty() || name.equals(".") || name.equals("..") || !plain) {
      throw new SysfsException(
          SysfsErrno.EINVAL, "not a name for a node: " + AttributeText.quote(name));
    }
  }
}
