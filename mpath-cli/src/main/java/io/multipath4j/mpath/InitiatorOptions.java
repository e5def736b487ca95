package io.multipath4j.mpath;

import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiSessionConfig.Authentication;
import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.iscsi.IscsiSessionConfig.Timing;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.mpath.args.ChapFile;
import io.multipath4j.mpath.args.HostPort;
import io.multipath4j.mpath.console.CommandFailure;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How this side logs in to targets. */
final class InitiatorOptions {

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** A portal that returns is noticed within this time, in milliseconds. */
  private static final int RECONNECT_MAX_MILLIS = 1_000;

  @Option(
      names = "--chap-file",
      paramLabel = "FILE",
      description = {
        "CHAP names and secrets: lines 'user = NAME', 'secret = ...', and for mutual CHAP"
            + " 'target-user = NAME', 'target-secret = ...'. Only its owner may read it. Without it:"
            + " MPATH_CHAP_USER, MPATH_CHAP_SECRET, MPATH_CHAP_TARGET_USER,"
            + " MPATH_CHAP_TARGET_SECRET from the environment."
      })
  private @Nullable Path chapFile;

  @Option(
      names = "--initiator-name",
      paramLabel = "IQN",
      description = "This side's iSCSI name; made from the host name if not given.")
  private @Nullable String initiatorName;

  @Option(
      names = "--digests",
      paramLabel = "WHEN",
      defaultValue = "none",
      description =
          "CRC32C digests of headers and data: none, allowed, preferred or required"
              + " (default: ${DEFAULT-VALUE}).")
  private DigestPreference digests = DigestPreference.NONE;

  /**
   * Returns how to log in to the portal of a URL, and its target if it names one.
   *
   * @throws CommandFailure when the host name does not resolve
   * @throws IllegalArgumentException when an option is wrong
   */
  IscsiSessionConfig session(IscsiUrl url, Map<String, String> environment) throws CommandFailure {
    HostPort portal = new HostPort(url.host(), url.port());
    try {
      IscsiSessionConfig plain =
          IscsiSessionConfig.of(
              initiatorName == null
                  ? IscsiSessionConfig.defaultInitiatorName(hostName())
                  : initiatorName,
              url.target() == null ? "" : url.target(),
              portal.resolve());
      return plain
          .withAuthentication(authentication(url, environment))
          .withDigests(digests)
          .withTiming(timing(plain.timing()));
    } catch (UnknownHostException unknown) {
      throw new CommandFailure(url + ": " + unknown.getMessage(), unknown);
    }
  }

  private Authentication authentication(IscsiUrl url, Map<String, String> environment) {
    ChapFile chap =
        chapFile == null ? ChapFile.fromEnvironment(environment) : ChapFile.read(chapFile);
    if (url.user() != null && (chap == null || !chap.initiator().user().equals(url.user()))) {
      throw new IllegalArgumentException(
          url
              + " names the CHAP user '"
              + url.user()
              + "', but "
              + (chap == null ? "there is no secret" : "the secret is that of another user")
              + ": see --chap-file");
    }
    return chap == null
        ? Authentication.NONE
        : new Authentication(chap.initiator(), chap.target(), Authentication.DEFAULT_ALGORITHMS);
  }

  private static Timing timing(Timing base) {
    return new Timing(
        base.nopIntervalMillis(),
        base.nopTimeoutMillis(),
        base.idleNopIntervalMillis(),
        base.idleNopTimeoutMillis(),
        base.loginTimeoutMillis(),
        base.logoutTimeoutMillis(),
        base.reconnectMinMillis(),
        RECONNECT_MAX_MILLIS);
  }

  private static String hostName() {
    try {
      return Files.readString(HOST_NAME).strip();
    } catch (IOException notLinux) {
      return "host";
    }
  }
}
