package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.ChapAlgorithm;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.reactor.Endpoint;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a target and how to treat it. Make one with {@link #of} and change it with the
 * {@code with} methods; the parts are records of their own, so that a caller names what it changes.
 *
 * @param initiatorName this side's iSCSI name (RFC 7143 4.2.7)
 * @param targetName the target's iSCSI name; empty for a discovery session
 * @param portal where the target listens, already resolved
 * @param authentication CHAP, or none
 * @param digests which digests to offer
 * @param limits lengths and counts
 * @param timing all times
 */
public record IscsiSessionConfig(
    String initiatorName,
    String targetName,
    Endpoint portal,
    Authentication authentication,
    DigestPreference digests,
    Limits limits,
    Timing timing) {

  /** Longest iSCSI name, in bytes (RFC 7143 4.2.7.1). */
  public static final int MAX_NAME_BYTES = 223;

  /** Which digests to offer, in the order of preference. */
  public enum DigestPreference {
    /** Only none. */
    NONE("None", "None"),
    /** Header and data digest if the target wants them. */
    ALLOWED("None,CRC32C", "None,CRC32C"),
    /** Header and data digest if the target can. */
    PREFERRED("CRC32C,None", "CRC32C,None"),
    /** Header and data digest, or no session. */
    REQUIRED("CRC32C", "CRC32C");

    private final String header;
    private final String data;

    DigestPreference(String header, String data) {
      this.header = header;
      this.data = data;
    }

    String header() {
      return header;
    }

    String data() {
      return data;
    }
  }

  /**
   * CHAP (RFC 7143 12.1.3).
   *
   * @param initiator how this side authenticates itself; null for no authentication
   * @param target what this side demands of the target (mutual CHAP); null to demand nothing
   * @param algorithms to offer, in the order of preference
   */
  public record Authentication(
      @Nullable ChapSecret initiator, @Nullable ChapSecret target, List<ChapAlgorithm> algorithms) {

    /**
     * The order of the offer. SHA-256 comes last because some targets (tgt, IET) take its number,
     * 7, for SHA-1 and would fail; those choose MD5 before they see it.
     */
    public static final List<ChapAlgorithm> DEFAULT_ALGORITHMS =
        List.of(
            ChapAlgorithm.SHA3_256, ChapAlgorithm.SHA1, ChapAlgorithm.MD5, ChapAlgorithm.SHA256);

    /** No authentication. */
    public static final Authentication NONE = new Authentication(null, null, DEFAULT_ALGORITHMS);

    /** Checks that both directions do not share a secret (RFC 7143 9.2.1). */
    public Authentication {
      algorithms = List.copyOf(algorithms);
      if (target != null && initiator == null) {
        throw new IllegalArgumentException("mutual CHAP needs the initiator's secret as well");
      }
      if (initiator != null && target != null && initiator.hasSameSecretAs(target)) {
        throw new IllegalArgumentException(
            "the CHAP secrets of initiator and target are the same; RFC 7143 9.2.1 forbids it");
      }
      if (initiator != null && algorithms.isEmpty()) {
        throw new IllegalArgumentException("no CHAP algorithm is allowed");
      }
    }

    /** Returns one-way CHAP. */
    public static Authentication chap(ChapSecret initiator) {
      return new Authentication(initiator, null, DEFAULT_ALGORITHMS);
    }

    /** Returns mutual CHAP. */
    public static Authentication mutualChap(ChapSecret initiator, ChapSecret target) {
      return new Authentication(initiator, target, DEFAULT_ALGORITHMS);
    }
  }

  /**
   * Lengths in bytes, and counts.
   *
   * @param maxCommands most commands at a time, 1 to 4096
   * @param maxTransferBytes longest data part of one command, 4096 to 16 MiB
   * @param maxRecvDataSegmentLength longest data segment to accept, 8192 to 16 MiB - 1
   * @param maxBurstLength to offer (RFC 7143 13.13)
   * @param firstBurstLength to offer (RFC 7143 13.14)
   * @param maxOutstandingR2T to offer (RFC 7143 13.17)
   * @param initialR2T to offer (RFC 7143 13.10); false lets data go without being asked for
   * @param immediateData to offer (RFC 7143 13.11)
   * @param maxRedirects how often a login follows a redirection
   */
  public record Limits(
      int maxCommands,
      int maxTransferBytes,
      int maxRecvDataSegmentLength,
      int maxBurstLength,
      int firstBurstLength,
      int maxOutstandingR2T,
      boolean initialR2T,
      boolean immediateData,
      int maxRedirects) {

    /** Good for disks on a local network. */
    public static final Limits DEFAULT =
        new Limits(256, 1 << 20, 256 * 1024, 1 << 20, 256 * 1024, 16, false, true, 4);

    /** Checks the ranges. */
    public Limits {
      range("maxCommands", maxCommands, 1, 4096);
      range("maxTransferBytes", maxTransferBytes, 4096, 16 << 20);
      range("maxRecvDataSegmentLength", maxRecvDataSegmentLength, 8192, 0xFF_FFFF);
      range("maxBurstLength", maxBurstLength, 512, 0xFF_FFFF);
      range("firstBurstLength", firstBurstLength, 512, maxBurstLength);
      range("maxOutstandingR2T", maxOutstandingR2T, 1, 65535);
      range("maxRedirects", maxRedirects, 0, 16);
    }
  }

  /**
   * Times in milliseconds.
   *
   * @param nopIntervalMillis with commands outstanding: ping after so much silence
   * @param nopTimeoutMillis with commands outstanding: dead when a ping stays so long unanswered
   * @param idleNopIntervalMillis without commands outstanding: ping after so much silence
   * @param idleNopTimeoutMillis without commands outstanding: dead when a ping stays so long
   *     unanswered
   * @param loginTimeoutMillis most time from connect to full feature phase, redirections included
   * @param logoutTimeoutMillis most time to wait for the answer to a logout
   * @param reconnectMinMillis first pause before another attempt; doubles with each
   * @param reconnectMaxMillis longest pause before another attempt
   */
  public record Timing(
      int nopIntervalMillis,
      int nopTimeoutMillis,
      int idleNopIntervalMillis,
      int idleNopTimeoutMillis,
      int loginTimeoutMillis,
      int logoutTimeoutMillis,
      int reconnectMinMillis,
      int reconnectMaxMillis) {

    /** A black hole is found within one second while commands are outstanding. */
    public static final Timing DEFAULT = new Timing(400, 500, 5000, 1000, 3000, 500, 50, 5000);

    private static final int MAX_MILLIS = 3_600_000;

    /** Checks the ranges. */
    public Timing {
      range("nopIntervalMillis", nopIntervalMillis, 1, MAX_MILLIS);
      range("nopTimeoutMillis", nopTimeoutMillis, 1, MAX_MILLIS);
      range("idleNopIntervalMillis", idleNopIntervalMillis, 1, MAX_MILLIS);
      range("idleNopTimeoutMillis", idleNopTimeoutMillis, 1, MAX_MILLIS);
      range("loginTimeoutMillis", loginTimeoutMillis, 1, MAX_MILLIS);
      range("logoutTimeoutMillis", logoutTimeoutMillis, 1, MAX_MILLIS);
      range("reconnectMinMillis", reconnectMinMillis, 1, MAX_MILLIS);
      range("reconnectMaxMillis", reconnectMaxMillis, reconnectMinMillis, MAX_MILLIS);
    }
  }

  /** Checks the names. */
  public IscsiSessionConfig {
    checkName("initiator name", initiatorName);
    if (!targetName.isEmpty()) {
      checkName("target name", targetName);
    }
    Objects.requireNonNull(portal);
  }

  /** Returns a configuration with the defaults. */
  public static IscsiSessionConfig of(String initiatorName, String targetName, Endpoint portal) {
    return new IscsiSessionConfig(
        initiatorName,
        targetName,
        portal,
        Authentication.NONE,
        DigestPreference.NONE,
        Limits.DEFAULT,
        Timing.DEFAULT);
  }

  /** Returns the initiator name of a host that was given none. */
  public static String defaultInitiatorName(String hostName) {
    String plain = hostName.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
    String name = "iqn.2026-01.io.multipath4j:" + (plain.isEmpty() ? "host" : plain);
    return name.substring(0, Math.min(name.length(), MAX_NAME_BYTES));
  }

  /** Returns this with another portal. */
  public IscsiSessionConfig withPortal(Endpoint other) {
    return new IscsiSessionConfig(
        initiatorName, targetName, other, authentication, digests, limits, timing);
  }

  /** Returns this with another authentication. */
  public IscsiSessionConfig withAuthentication(Authentication other) {
    return new IscsiSessionConfig(
        initiatorName, targetName, portal, other, digests, limits, timing);
  }

  /** Returns this with another choice of digests. */
  public IscsiSessionConfig withDigests(DigestPreference other) {
    return new IscsiSessionConfig(
        initiatorName, targetName, portal, authentication, other, limits, timing);
  }

  /** Returns this with other limits. */
  public IscsiSessionConfig withLimits(Limits other) {
    return new IscsiSessionConfig(
        initiatorName, targetName, portal, authentication, digests, other, timing);
  }

  /** Returns this with other times. */
  public IscsiSessionConfig withTiming(Timing other) {
    return new IscsiSessionConfig(
        initiatorName, targetName, portal, authentication, digests, limits, other);
  }

  private static void checkName(String what, String name) {
    boolean type = name.startsWith("iqn.") || name.startsWith("eui.") || name.startsWith("naa.");
    boolean plain = name.chars().allMatch(c -> c > ' ' && c != '=' && c != 0x7F);
    if (!type || !plain || name.length() > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "%s \"%s\" is not an iSCSI name: expected iqn., eui. or naa. and at most %d characters"
              .formatted(what, name, MAX_NAME_BYTES));
    }
  }

  private static void range(String what, int value, int minimum, int maximum) {
    if (value < minimum || value > maximum) {
      throw new IllegalArgumentException(
          "%s is %d, expected %d to %d".formatted(what, value, minimum, maximum));
    }
  }
}
