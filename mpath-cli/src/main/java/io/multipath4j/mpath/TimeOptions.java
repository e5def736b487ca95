package io.multipath4j.mpath;

import io.multipath4j.iscsi.IscsiSessionConfig.Timing;
import io.multipath4j.scsi.ScsiTimeouts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How fast a path counts as dead, and how long it is waited for. */
final class TimeOptions {

  @Option(
      names = "--ping-after",
      paramLabel = "TIME",
      description = "Silence with I/O under way after which a target is pinged. Default: 400ms.")
  private @Nullable Duration pingAfter;

  @Option(
      names = "--ping-timeout",
      paramLabel = "TIME",
      description = "A ping without an answer for so long: the connection is dead. Default: 500ms.")
  private @Nullable Duration pingTimeout;

  @Option(
      names = "--command-timeout",
      paramLabel = "TIME",
      description = "A command without an answer for so long is aborted. Default: 5s.")
  private @Nullable Duration commandTimeout;

  @Option(
      names = "--replacement-timeout",
      paramLabel = "TIME",
      description =
          "A lost path is given up after so long; I/O fails when no other is left. Default: 5s.")
  private @Nullable Duration replacementTimeout;

  /**
   * Returns the times of a session.
   *
   * @throws IllegalArgumentException when one is out of range
   */
  Timing session(Timing base) {
    return new Timing(
        (int) millis("--ping-after", pingAfter, 1, base.nopIntervalMillis()),
        (int) millis("--ping-timeout", pingTimeout, 1, base.nopTimeoutMillis()),
        base.idleNopIntervalMillis(),
        base.idleNopTimeoutMillis(),
        base.loginTimeoutMillis(),
        base.logoutTimeoutMillis(),
        base.reconnectMinMillis(),
        base.reconnectMaxMillis());
  }

  /**
   * Returns the times of commands and lost connections.
   *
   * @throws IllegalArgumentException when one is out of range
   */
  ScsiTimeouts scsi() {
    ScsiTimeouts base = ScsiTimeouts.DEFAULTS;
    return new ScsiTimeouts(
        millis("--command-timeout", commandTimeout, 1, base.commandMillis()),
        base.abortMillis(),
        base.logicalUnitResetMillis(),
        millis("--replacement-timeout", replacementTimeout, 0, base.replacementMillis()),
        base.retryDelayMillis(),
        base.retries());
  }

  private static final long MAX_MILLIS = Duration.ofHours(1).toMillis();

  private static long millis(String name, @Nullable Duration wanted, long least, long otherwise) {
    if (wanted == null) {
      return otherwise;
    }
    long millis = wanted.toMillis();
    if (millis < least || millis > MAX_MILLIS) {
      throw new IllegalArgumentException(
          name + " " + millis + "ms: expected " + least + "ms to " + MAX_MILLIS / 3_600_000 + "h");
    }
    return millis;
  }
}
