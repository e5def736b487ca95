package io.multipath4j.scsi;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who is told something. What happens to a device or host must not depend on who watches: one that
 * throws is logged, and the others are told. They may come and go while they are told.
 */
final class Listeners<L> {

  private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

  private final List<L> all = new CopyOnWriteArrayList<>();

  /** Adds one; the last added is told last. */
  void add(L listener) {
    all.add(listener);
  }

  void remove(L listener) {
    all.remove(listener);
  }

  void tell(Consumer<? super L> what) {
    for (L listener : all) {
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a listener threw: " + listener, e);
      }
    }
  }
}
