package io.multipath4j.fuse;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The nodes that the kernel knows, each with how often it was told of it. It may ask about a node
 * until it has forgotten it that often.
 */
final class NodeTable {
  private record Known(Node node, long lookups) {}

  private final ConcurrentHashMap<Long, Known> known = new ConcurrentHashMap<>();

  NodeTable(Node root) {
    known.put(root.id(), new Known(root, 1));
  }

  Node get(long id) {
    Known found = known.get(id);
    if (found == null) {
      throw new FuseError(Errno.ENOENT);
    }
    return found.node;
  }

  /** The kernel is told of a node. */
  void told(Node node) {
    known.merge(node.id(), new Known(node, 1), (old, one) -> new Known(old.node, old.lookups + 1));
  }

  void forgotten(long id, long times) {
    if (id == Node.Kind.FOLDER.id(0)) {
      return;
    }
    known.computeIfPresent(
        id, (key, old) -> old.lookups > times ? new Known(old.node, old.lookups - times) : null);
  }

  /** Returns how many the kernel knows. */
  int size() {
    return known.size();
  }
}
