package io.multipath4j.scsi.multipath.reservation;

import java.util.concurrent.CompletableFuture;

/** Holds a disk's I/O back. */
@FunctionalInterface
public interface IoHold {

  /**
   * Starts to hold I/O back.
   *
   * @return completed on the loop when none is on any path, with what lets it go on; fails when
   *     that takes too long, and I/O goes on then
   */
  CompletableFuture<Runnable> suspend();
}
