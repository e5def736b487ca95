package io.multipath4j.fuse;

import io.multipath4j.sysfs.SysfsTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a mount shows.
 *
 * @param tree shown as {@code sys}
 * @param disks shown under {@code dev}; may change while mounted
 * @param texts shown under {@code proc}, read-only: each is made when it is read, on a thread of
 *     the mount, and must not wait
 */
public record MountContent(
    SysfsTree tree, DiskDirectory disks, Map<String, Supplier<String>> texts) {

  public MountContent {
    texts = Map.copyOf(texts);
  }

  /** Returns the root directory. */
  Node root(Instant madeAt) {
    Map<String, Node> proc = new LinkedHashMap<>();
    texts.keySet().stream()
        .sorted()
        .forEach(name -> {
          Supplier<String> text = texts.get(name);
          if (text != null) {
            long id = Node.Kind.TEXT.id(proc.size() + 1L);
            proc.put(name, new TextFile(id, name, madeAt, text));
          }
        });
    Map<String, Node> top = new LinkedHashMap<>();
    top.put(
        "dev",
        new Folder(
            Node.Kind.FOLDER.id(1),
            "dev",
            madeAt,
            disks::find,
            () -> new ArrayList<>(disks.all())));
    top.put("proc", fixed(Node.Kind.FOLDER.id(2), "proc", madeAt, proc));
    top.put("sys", new SysfsEntry(tree.root(), "sys"));
    return fixed(Node.Kind.FOLDER.id(0), "", madeAt, top);
  }

  private static Folder fixed(long id, String name, Instant madeAt, Map<String, Node> children) {
    Collection<Node> all = children.values();
    return new Folder(id, name, madeAt, children::get, () -> List.copyOf(all));
  }
}
