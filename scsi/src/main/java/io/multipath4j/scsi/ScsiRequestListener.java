package io.multipath4j.scsi;

/** Told when a request ends. */
@FunctionalInterface
public interface ScsiRequestListener {

  /**
   * The request ended with {@link ScsiRequest#status()}. Exactly once for each execution, on the
   * loop thread, possibly inside {@link ScsiDevice#execute}; the request may be executed anew right
   * here.
   */
  void completed(ScsiRequest request);
}
