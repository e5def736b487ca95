package io.multipath4j.scsi;

/**
 * How long a host waits, and how often it tries.
 *
 * @param commandMillis until a command without an answer is aborted, from 1 up
 * @param abortMillis until an ABORT TASK without an answer is followed by a reset, from 1 up
 * @param logicalUnitResetMillis until a LOGICAL UNIT RESET without an answer is followed by a new
 *     connection, from 1 up
 * @param replacementMillis from the loss of the transport until its blocked devices become
 *     transport-offline and what they hold fails, 0 or more
 * @param retryDelayMillis before a command is given again to a device that is not ready or busy,
 *     from 1 up
 * @param retries how often a command is tried again on the same path, 0 or more
 */
public record ScsiTimeouts(
    long commandMillis,
    long abortMillis,
    long logicalUnitResetMillis,
    long replacementMillis,
    long retryDelayMillis,
    int retries) {

  /**
   * The defaults. A dead connection is the transport's to find, well under a second; these are for
   * a device that is reachable and silent.
   */
  public static final ScsiTimeouts DEFAULTS = new ScsiTimeouts(5_000, 1_000, 2_000, 5_000, 100, 5);

  /** Checks the ranges. */
  public ScsiTimeouts {
    if (commandMillis < 1
        || abortMillis < 1
        || logicalUnitResetMillis < 1
        || replacementMillis < 0
        || retryDelayMillis < 1
        || retries < 0) {
      throw new IllegalArgumentException(
          "SCSI timeouts: expected 1 ms or more each (replacement: 0 ms or more) and retries >= 0");
    }
  }
}
