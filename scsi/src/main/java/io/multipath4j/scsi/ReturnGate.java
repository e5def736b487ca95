package io.multipath4j.scsi;

import java.util.concurrent.CompletableFuture;

/**
 * Decides whether a device whose transport has returned may run again. Meanwhile the device is
 * blocked or transport-offline; {@link ScsiDevice#control} works.
 */
@FunctionalInterface
public interface ReturnGate {

  /**
   * Starts to check. Called on the loop thread.
   *
   * @return true when it is the same logical unit as before: it runs again; false when it is not:
   *     it goes offline. A failure is not a verdict: the check is repeated as long as the transport
   *     is up.
   */
  CompletableFuture<Boolean> check(ScsiDevice device);
}
