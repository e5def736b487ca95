package io.multipath4j.libmultipath;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The paths of a head, and per NUMA node the path chosen last: what an {@link IoPolicy} works on.
 * Reading and selecting need no lock and are allowed on any thread; the list is an immutable array
 * that the head's loop replaces.
 *
 * @param <P> the driver's own object of a path
 */
public final class PathTable<P> {

  /** Most paths of one head: each has a bit in a mask. */
  public static final int MAX_PATHS = Long.SIZE;

  private final MpathHeadTemplate<P> template;
  private final NumaTopology numa;
  private final AtomicReferenceArray<@Nullable MpathDevice<P>> currentPath;
  private volatile MpathDevice<P>[] paths = newArray(0);
  private volatile long setAside;

  PathTable(MpathHeadTemplate<P> template, NumaTopology numa) {
    this.template = template;
    this.numa = numa;
    this.currentPath = new AtomicReferenceArray<>(numa.nodeCount());
  }

  @SuppressWarnings("unchecked") // the array never leaves the type MpathDevice<P>[]
  private static <P> MpathDevice<P>[] newArray(int length) {
    return (MpathDevice<P>[]) new MpathDevice<?>[length];
  }

  /**
   * Returns the paths in the order of their registration: a snapshot that does not change. Not to
   * be written to.
   */
  public MpathDevice<P>[] paths() {
    return paths;
  }

  /**
   * Tells whether a path may be selected now.
   *
   * @param avoid the mask that the policy was called with
   */
  public boolean isUsable(MpathDevice<P> path, long avoid) {
    return (avoid == 0 || (path.bit() & avoid) == 0) && !template.isDisabled(path.driverPath());
  }

  /** Tells whether the driver calls a path optimized. */
  public boolean isOptimized(MpathDevice<P> path) {
    return template.isOptimized(path.driverPath());
  }

  /**
   * Returns the path chosen last for a node, or null. It may have been removed meanwhile: a policy
   * asks {@link MpathDevice#isRegistered()} before it uses it.
   */
  public @Nullable MpathDevice<P> cached(int node) {
    return currentPath.get(node);
  }

  /** Remembers the path chosen for a node. */
  public void cache(int node, MpathDevice<P> path) {
    currentPath.set(node, path);
    if (!path.isRegistered()) {
      // Removed while it was being selected: the removal may have cleared the caches before.
      currentPath.compareAndSet(node, path, null);
    }
  }

  /**
   * Searches all paths: the nearest optimized one, else the nearest non-optimized one; of equally
   * near ones the first registered. Caches what it finds, and leaves the cache alone otherwise.
   *
   * @param byDistance false: all paths are equally near
   */
  public @Nullable MpathDevice<P> findPath(int node, long avoid, boolean byDistance) {
    MpathDevice<P> found = null;
    MpathDevice<P> fallback = null;
    int foundDistance = Integer.MAX_VALUE;
    int fallbackDistance = Integer.MAX_VALUE;
    for (MpathDevice<P> path : paths) {
      if (!isUsable(path, avoid)) {
        continue;
      }
      int distance =
          byDistance && path.numaNode() != NumaTopology.NO_NODE
              ? numa.distance(node, path.numaNode())
              : NumaTopology.LOCAL_DISTANCE;
      switch (path.accessState()) {
        case OPTIMIZED -> {
          if (distance < foundDistance) {
            foundDistance = distance;
            found = path;
          }
        }
        case NONOPTIMIZED -> {
          if (distance < fallbackDistance) {
            fallbackDistance = distance;
            fallback = path;
          }
        }
        case OTHER -> {}
      }
    }
    MpathDevice<P> result = found != null ? found : fallback;
    if (result != null) {
      cache(node, result);
    }
    return result;
  }

  /** Searches for every node anew, leaving out what rests. */
  void findPathOfEveryNode(boolean byDistance) {
    for (int node = 0; node < currentPath.length(); node++) {
      findPath(node, setAside, byDistance);
    }
  }

  /** Returns the nodes whose cache points at a path. */
  BitSet nodesOf(MpathDevice<?> path) {
    BitSet nodes = new BitSet();
    for (int node = 0; node < currentPath.length(); node++) {
      nodes.set(node, currentPath.get(node) == path);
    }
    return nodes;
  }

  int currentNode() {
    return numa.currentNode();
  }

  /** Returns the paths that rest after too many errors. */
  long setAside() {
    return setAside;
  }

  void setAside(long mask) {
    setAside = mask;
  }

  void add(MpathDevice<P> path) {
    MpathDevice<P>[] old = paths;
    if (path.isRegistered()) {
      throw new IllegalStateException("path " + path + " is on a list already");
    }
    if (old.length == MAX_PATHS) {
      throw new IllegalStateException(
          "path " + path + " refused: the head has " + MAX_PATHS + " paths, the most it can have");
    }
    long taken = 0;
    for (MpathDevice<P> other : old) {
      taken |= other.bit();
    }
    path.bit(Long.lowestOneBit(~taken));
    MpathDevice<P>[] more = Arrays.copyOf(old, old.length + 1);
    more[old.length] = path;
    paths = more;
  }

  /** Takes a path off the list and out of the caches. */
  void remove(MpathDevice<P> path) {
    MpathDevice<P>[] old = paths;
    int index = Arrays.asList(old).indexOf(path);
    if (index < 0) {
      throw new IllegalStateException("path " + path + " is not on this head's list");
    }
    MpathDevice<P>[] fewer = newArray(old.length - 1);
    System.arraycopy(old, 0, fewer, 0, index);
    System.arraycopy(old, index + 1, fewer, index, fewer.length - index);
    paths = fewer;
    setAside &= ~path.bit();
    path.bit(0);
    clear(path);
  }

  /** Empties each node's cache that points at {@code path}; tells whether one did. */
  boolean clear(MpathDevice<P> path) {
    boolean any = false;
    for (int node = 0; node < currentPath.length(); node++) {
      any |= currentPath.compareAndSet(node, path, null);
    }
    return any;
  }

  /** Empties every node's cache. */
  void clearAll() {
    for (int node = 0; node < currentPath.length(); node++) {
      currentPath.set(node, null);
    }
  }
}
