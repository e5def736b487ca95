package io.multipath4j.sysfs;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table in a directory, and the object behind it. Its files are made anew each time somebody asks
 * for one: what must last, their numbers and times, is here.
 */
final class TableInPlace<T> {
  private final SysfsDirectory directory;
  private final SysfsTable<T> table;
  private final T object;
  private final @Nullable TableInPlace<?> next;
  private final long firstInode;

  /** When each row was first seen or last written; null before any was. Guarded by this. */
  private long @Nullable [] modifiedMillis;

  /** The directories among the rows that were looked at; guarded by this. */
  private SysfsDirectory @Nullable [] directories;

  TableInPlace(
      SysfsDirectory directory, SysfsTable<T> table, T object, @Nullable TableInPlace<?> next) {
    this.directory = directory;
    this.table = table;
    this.object = object;
    this.next = next;
    this.firstInode = directory.tree().nextInodes(table.size());
  }

  /** Returns the table that was put into the directory before, or null. */
  @Nullable TableInPlace<?> next() {
    return next;
  }

  int directories() {
    return table.directories();
  }

  SysfsTable<T> table() {
    return table;
  }

  @Nullable SysfsNode find(String name) {
    int row = table.indexOf(name);
    return row < 0 ? null : node(row);
  }

  void addAllTo(List<SysfsNode> nodes) {
    for (int row = 0; row < table.size(); row++) {
      if (table.row(row).listed()) {
        nodes.add(node(row));
      }
    }
  }

  private SysfsNode node(int index) {
    SysfsTable.Row<T> row = table.row(index);
    SysfsTable<T> below = row.below();
    return below == null
        ? new SysfsFile(this, index, directory, row.attributeOf(object))
        : directory(index, row.name(), below);
  }

  private synchronized SysfsDirectory directory(int index, String name, SysfsTable<T> below) {
    if (directories == null) {
      directories = new SysfsDirectory[table.size()];
    }
    SysfsDirectory known = directories[index];
    if (known == null) {
      // Without the lock of the structure, whose holder may be waiting for this one.
      known = new SysfsDirectory(directory, name, firstInode + index, below, object);
      if (directory.isRemoved()) {
        known.markRemoved();
      }
      directories[index] = known;
    }
    return known;
  }

  synchronized void markRemoved() {
    if (directories != null) {
      for (SysfsDirectory below : directories) {
        if (below != null) {
          below.markRemoved();
        }
      }
    }
  }

  long inode(int row) {
    return firstInode + row;
  }

  /** Returns when a row was first looked at or last written, which is now if it was not. */
  synchronized long seenMillis(int row) {
    long[] times = times();
    if (times[row] == SysfsNode.NEVER) {
      times[row] = directory.tree().nowMillis();
    }
    return times[row];
  }

  synchronized void touch(int row) {
    times()[row] = directory.tree().nowMillis();
  }

  private long[] times() {
    long[] times = modifiedMillis;
    if (times == null) {
      times = new long[table.size()];
      Arrays.fill(times, SysfsNode.NEVER);
      modifiedMillis = times;
    }
    return times;
  }
}
