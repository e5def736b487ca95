package io.multipath4j.libmultipath;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One open of a head's disk or character device: as long as it is not closed, the head is there,
 * though its disk may have been removed and all I/O fail. Any thread.
 */
public final class HeadOpen implements AutoCloseable {

  private final HeadReferences references;
  private final AtomicBoolean closed = new AtomicBoolean();

  HeadOpen(HeadReferences references) {
    this.references = references;
  }

  /** Gives the head back; more closes have no effect. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      references.put();
    }
  }
}
