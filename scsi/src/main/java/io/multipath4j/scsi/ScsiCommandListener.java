package io.multipath4j.scsi;

/** Told when a SCSI command ends. */
@FunctionalInterface
public interface ScsiCommandListener {

  /**
   * The command ended; its result is in it. Exactly once for each submission, on the loop thread.
   */
  void completed(ScsiCommand command);
}
