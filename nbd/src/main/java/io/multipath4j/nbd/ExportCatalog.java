package io.multipath4j.nbd;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exports of a server by name, in the order in which they came. They change on the loop, as a
 * whole; any thread may look.
 */
final class ExportCatalog {

  /**
   * What clients get that name none. It does not go over to another export: who reconnects after
   * this one went would write to another disk.
   */
  private final String defaultName;

  private volatile Map<String, ServedExport> byName;

  ExportCatalog(List<NbdExport> exports) {
    Map<String, ServedExport> all = new LinkedHashMap<>();
    for (NbdExport export : exports) {
      all.put(export.name(), new ServedExport(export));
    }
    byName = all;
    defaultName = exports.getFirst().name();
  }

  /**
   * Returns the export of that name; for the empty name, if nobody has it, the one that was first
   * at the start, for as long as it is there.
   */
  @Nullable ServedExport find(String name) {
    Map<String, ServedExport> now = byName;
    ServedExport found = now.get(name);
    return found == null && name.isEmpty() ? now.get(defaultName) : found;
  }

  Collection<ServedExport> all() {
    return byName.values();
  }

  void add(NbdExport export) {
    Map<String, ServedExport> next = new LinkedHashMap<>(byName);
    if (next.putIfAbsent(export.name(), new ServedExport(export)) != null) {
      throw new IllegalArgumentException(
          "this server has an export named " + export.name() + " already");
    }
    byName = next;
  }

  /** Returns what was removed, or null. */
  @Nullable ServedExport remove(String name) {
    Map<String, ServedExport> next = new LinkedHashMap<>(byName);
    ServedExport removed = next.remove(name);
    byName = next;
    return removed;
  }
}
