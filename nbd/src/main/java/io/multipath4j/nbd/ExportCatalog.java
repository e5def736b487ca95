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

  private volatile Map<String, ServedExport> byName;

  ExportCatalog(List<NbdExport> exports) {
    Map<String, ServedExport> all = new LinkedHashMap<>();
    for (NbdExport export : exports) {
      all.put(export.name(), new ServedExport(export));
    }
    byName = all;
  }

  /** Returns the export of that name; for the empty name, if nobody has it, the first one. */
  @Nullable ServedExport find(String name) {
    Map<String, ServedExport> now = byName;
    ServedExport found = now.get(name);
    return found != null || !name.isEmpty() || now.isEmpty()
        ? found
        : now.values().iterator().next();
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
