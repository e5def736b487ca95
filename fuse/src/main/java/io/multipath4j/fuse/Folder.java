package io.multipath4j.fuse;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the mount itself: its root, {@code dev}, {@code proc}.
 *
 * @param id its number
 * @param name its name
 * @param madeAt the time that it shows
 * @param lookup finds a child by name; null when there is none
 * @param listing returns all children
 */
record Folder(
    long id,
    String name,
    Instant madeAt,
    Function<String, @Nullable Node> lookup,
    Supplier<List<? extends Node>> listing)
    implements Node {

  private static final int MODE = FileStat.S_IFDIR | 0755;

  @Override
  public FileStat stat() {
    int links = 2;
    for (Node child : children()) {
      links += child.type() == FileStat.S_IFDIR ? 1 : 0;
    }
    return new FileStat(id, 0, 0, MODE, links, madeAt);
  }

  @Override
  public int type() {
    return FileStat.S_IFDIR;
  }

  @Override
  public @Nullable Node child(String name) {
    return lookup.apply(name);
  }

  @Override
  public List<? extends Node> children() {
    return listing.get();
  }
}
