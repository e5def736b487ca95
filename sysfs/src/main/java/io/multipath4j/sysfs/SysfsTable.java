package io.multipath4j.sysfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Attributes that many directories share, each with an object of its own behind them: one table for
 * all disks instead of a set of attributes per disk. A directory with a table costs a few words
 * however long the table is; its nodes are made when somebody looks. Immutable.
 *
 * @param <T> the object behind a directory
 */
public final class SysfsTable<T> {

  /**
   * One attribute, or one directory with a table of the same object.
   *
   * @param listed false: it is there for who knows its name
   * @param below for a directory: what is in it; null for an attribute
   */
  record Row<T>(
      String name,
      int mode,
      boolean binary,
      boolean listed,
      @Nullable Function<? super T, byte[]> show,
      @Nullable BiConsumer<? super T, String> store,
      @Nullable SysfsTable<T> below) {

    SysfsAttribute attributeOf(T object) {
      Function<? super T, byte[]> reads = show;
      BiConsumer<? super T, String> writes = store;
      return new SysfsAttribute(
          name,
          mode,
          binary,
          reads == null ? null : () -> reads.apply(object),
          writes == null ? null : text -> writes.accept(object, text));
    }
  }

  private final List<Row<T>> rows;
  private final String[] names;
  private final int directories;

  private SysfsTable(List<Row<T>> rows) {
    this.rows = rows;
    this.names = rows.stream().map(Row::name).toArray(String[]::new);
    this.directories = (int) rows.stream().filter(row -> row.below() != null).count();
  }

  /** Starts a table. */
  public static <T> Builder<T> builder() {
    return new Builder<>();
  }

  int size() {
    return names.length;
  }

  int directories() {
    return directories;
  }

  Row<T> row(int index) {
    return rows.get(index);
  }

  /** Returns the row of a name, or a negative number. */
  int indexOf(String name) {
    return Arrays.binarySearch(names, name);
  }

  /** Collects rows; functions are as {@link SysfsAttribute} says. */
  public static final class Builder<T> {
    private final List<Row<T>> rows = new ArrayList<>();

    private Builder() {}

    /** Adds a text attribute of mode 0444. */
    public Builder<T> readOnly(String name, Function<? super T, String> show) {
      return add(new Row<>(name, 0444, false, true, bytesOf(show), null, null));
    }

    /**
     * Adds a text attribute of mode 0444 that is found by its name but not listed: another spelling
     * of one that is.
     */
    public Builder<T> alias(String name, Function<? super T, String> show) {
      return add(new Row<>(name, 0444, false, false, bytesOf(show), null, null));
    }

    /** Adds a text attribute of mode 0644. */
    public Builder<T> readWrite(
        String name, Function<? super T, String> show, BiConsumer<? super T, String> store) {
      return add(new Row<>(name, 0644, false, true, bytesOf(show), store, null));
    }

    /** Adds a text attribute of mode 0200. */
    public Builder<T> writeOnly(String name, BiConsumer<? super T, String> store) {
      return add(new Row<>(name, 0200, false, true, null, store, null));
    }

    /** Adds an attribute of raw bytes, of mode 0444. */
    public Builder<T> binary(String name, Function<? super T, byte[]> show) {
      return add(new Row<>(name, 0444, true, true, show, null, null));
    }

    /** Adds a directory. */
    public Builder<T> directory(String name, SysfsTable<T> below) {
      return add(new Row<>(name, 0755, false, true, null, null, below));
    }

    private Builder<T> add(Row<T> row) {
      SysfsNode.requireName(row.name());
      rows.add(row);
      return this;
    }

    /**
     * Returns the table.
     *
     * @throws IllegalArgumentException when two rows have one name
     */
    public SysfsTable<T> build() {
      List<Row<T>> sorted = new ArrayList<>(rows);
      sorted.sort(Comparator.comparing(Row::name));
      for (int i = 1; i < sorted.size(); i++) {
        if (sorted.get(i).name().equals(sorted.get(i - 1).name())) {
          throw new IllegalArgumentException("two rows are called " + sorted.get(i).name());
        }
      }
      return new SysfsTable<>(List.copyOf(sorted));
    }

    private static <T> Function<T, byte[]> bytesOf(Function<? super T, String> text) {
      return object -> text.apply(object).getBytes(StandardCharsets.UTF_8);
    }
  }
}
