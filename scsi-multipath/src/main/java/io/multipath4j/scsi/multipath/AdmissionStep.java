package io.multipath4j.scsi.multipath;

import java.util.concurrent.CompletableFuture;

/**
 * Something that must be so before a path carries I/O, such as a registration. Asked when a path
 * has proved its identity: before it carries its first I/O, and each time it returns after its
 * transport was lost or it was doubted. Meanwhile {@link io.multipath4j.scsi.ScsiDevice#control}
 * works. Called on the loop.
 */
@FunctionalInterface
public interface AdmissionStep {

  /**
   * Starts to see to it.
   *
   * @return completed on the loop thread: with an empty text when the path may carry I/O, else with
   *     what is wrong, one clause for a person. With something wrong, or after a failure, the path
   *     carries nothing and is asked again within a few seconds
   */
  CompletableFuture<String> admit(ScsiMpathDevice path);
}
