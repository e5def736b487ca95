package io.multipath4j.nbd;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The exports of a server by name. */
final class ExportCatalog {

  private final Map<String, ServedExport> byName = new LinkedHashMap<>();
  private final ServedExport defaultExport;

  ExportCatalog(List<NbdExport> exports) {
    for (NbdExport export : exports) {
      byName.put(export.name(), new ServedExport(export));
    }
    defaultExport = byName.values().iterator().next();
  }

  /** Returns the export of that name; for the empty name, if nobody has it, the first one. */
  @Nullable ServedExport find(String name) {
    ServedExport found = byName.get(name);
    return found == null && name.isEmpty() ? defaultExport : found;
  }

  Collection<ServedExport> all() {
    return Collections.unmodifiableCollection(byName.values());
  }
}
