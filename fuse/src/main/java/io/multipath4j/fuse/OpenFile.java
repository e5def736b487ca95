package io.multipath4j.fuse;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a file handle of the kernel stands for. */
sealed interface OpenFile {

  /**
   * An attribute or a text. Its content is made as a whole by a read of offset 0 and kept for the
   * reads that follow, as kernfs does: a reader sees one moment, and a later one by reading again.
   */
  final class Content implements OpenFile {
    private final Supplier<byte[]> show;
    private final Consumer<String> store;
    private byte @Nullable [] shown;

    Content(Supplier<byte[]> show, Consumer<String> store) {
      this.show = show;
      this.store = store;
    }

    synchronized byte[] contentFor(long offset) {
      byte[] content = shown;
      if (content == null || offset == 0) {
        content = show.get();
        shown = content;
      }
      return content;
    }

    /** One write is one new value, wherever in the file it is. */
    void write(String value) {
      store.accept(value);
    }
  }

  /** A directory: what it held when it was read from its beginning. */
  final class Directory implements OpenFile {
    private final Node node;
    private List<? extends Node> entries = List.of();

    Directory(Node node) {
      this.node = node;
    }

    Node node() {
      return node;
    }

    synchronized List<? extends Node> entriesFor(long offset) {
      if (offset == 0) {
        entries = node.children();
      }
      return entries;
    }
  }

  /** A disk. */
  final class Disk implements OpenFile {
    private final DiskFile file;

    /** Something was written through this handle since it was last made durable. */
    private volatile boolean dirty;

    Disk(DiskFile file) {
      this.file = file;
    }

    DiskFile file() {
      return file;
    }

    void markDirty() {
      dirty = true;
    }

    /** Returns whether a flush is due, and takes it as done. */
    boolean takeDirty() {
      boolean was = dirty;
      dirty = false;
      return was;
    }
  }
}
