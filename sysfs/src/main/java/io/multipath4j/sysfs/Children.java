package io.multipath4j.sysfs;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a directory by name. A small one is an immutable sorted array, replaced as a whole
 * by each change; a large one is a sorted map that is changed in place, so that a class with 40,000
 * links costs no copy for each. Readers take no lock; changes are made by one thread at a time.
 */
abstract sealed class Children {

  /** The most nodes that are copied for a change. */
  static final int MAX_ARRAY = 64;

  static final Children NONE = new Small(new SysfsNode[0]);

  abstract @Nullable SysfsNode find(String name);

  abstract void addAllTo(List<SysfsNode> nodes);

  /** Returns these and one more, whose name is free. */
  abstract Children with(SysfsNode node);

  /** Returns these without one that is there. */
  abstract Children without(SysfsNode node);

  private static final class Small extends Children {
    private final SysfsNode[] nodes;

    Small(SysfsNode[] nodes) {
      this.nodes = nodes;
    }

    /** Returns the index of a name, or {@code -1 - index} of where it would be. */
    private int indexOf(String name) {
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

    @Override
    @Nullable SysfsNode find(String name) {
      int index = indexOf(name);
      return index < 0 ? null : nodes[index];
    }

    @Override
    void addAllTo(List<SysfsNode> all) {
      Collections.addAll(all, nodes);
    }

    @Override
    Children with(SysfsNode node) {
      if (nodes.length == MAX_ARRAY) {
        return new Large(nodes).with(node);
      }
      int index = -1 - indexOf(node.name());
      SysfsNode[] next = Arrays.copyOf(nodes, nodes.length + 1);
      System.arraycopy(nodes, index, next, index + 1, nodes.length - index);
      next[index] = node;
      return new Small(next);
    }

    @Override
    Children without(SysfsNode node) {
      int index = indexOf(node.name());
      SysfsNode[] next = Arrays.copyOf(nodes, nodes.length - 1);
      System.arraycopy(nodes, index + 1, next, index, next.length - index);
      return new Small(next);
    }
  }

  private static final class Large extends Children {
    private final ConcurrentSkipListMap<String, SysfsNode> nodes = new ConcurrentSkipListMap<>();

    Large(SysfsNode[] first) {
      for (SysfsNode node : first) {
        nodes.put(node.name(), node);
      }
    }

    @Override
    @Nullable SysfsNode find(String name) {
      return nodes.get(name);
    }

    @Override
    void addAllTo(List<SysfsNode> all) {
      all.addAll(nodes.values());
    }

    @Override
    Children with(SysfsNode node) {
      nodes.put(node.name(), node);
      return this;
    }

    @Override
    Children without(SysfsNode node) {
      nodes.remove(node.name());
      return nodes.isEmpty() ? NONE : this;
    }
  }
}
