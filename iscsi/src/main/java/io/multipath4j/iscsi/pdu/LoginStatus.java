package io.multipath4j.iscsi.pdu;

/** The status of a Login Response (RFC 7143 11.13.5): class and detail, and what to do about it. */
public enum LoginStatus {
  /** Success. */
  SUCCESS(0x0000, "success"),
  /** Redirection. */
  TARGET_MOVED_TEMPORARILY(0x0101, "target moved temporarily"),
  /** Redirection. */
  TARGET_MOVED_PERMANENTLY(0x0102, "target moved permanently"),
  /** Initiator error. */
  INITIATOR_ERROR(0x0200, "initiator error, not further described"),
  /** Initiator error. */
  AUTHENTICATION_FAILURE(
      0x0201, "authentication failed: check CHAP user name and secret, and those the target wants"),
  /** Initiator error. */
  AUTHORIZATION_FAILURE(
      0x0202, "this initiator is not allowed to use the target: check the target's access list"),
  /** Initiator error. */
  NOT_FOUND(0x0203, "no such target at this portal: check the target name (discover lists them)"),
  /** Initiator error. */
  TARGET_REMOVED(0x0204, "the target has been removed"),
  /** Initiator error. */
  UNSUPPORTED_VERSION(0x0205, "the target does not speak this iSCSI version"),
  /** Initiator error. */
  TOO_MANY_CONNECTIONS(0x0206, "too many connections on the session"),
  /** Initiator error. */
  MISSING_PARAMETER(0x0207, "the target misses a parameter, such as the initiator or target name"),
  /** Initiator error. */
  CANNOT_INCLUDE_IN_SESSION(0x0208, "the target cannot include this connection in the session"),
  /** Initiator error. */
  SESSION_TYPE_NOT_SUPPORTED(0x0209, "the target does not support this session type"),
  /** Initiator error. */
  SESSION_DOES_NOT_EXIST(0x020A, "the session to be joined does not exist"),
  /** Initiator error. */
  INVALID_DURING_LOGIN(0x020B, "a request was invalid during login"),
  /** Target error. */
  TARGET_ERROR(0x0300, "the target had an error"),
  /** Target error. */
  SERVICE_UNAVAILABLE(0x0301, "the target's service is not available now"),
  /** Target error. */
  OUT_OF_RESOURCES(0x0302, "the target is out of resources");

  private static final LoginStatus[] ALL = values();

  private final int code;
  private final String meaning;

  LoginStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** Returns class (high byte) and detail (low byte). */
  public int code() {
    return code;
  }

  /** Tells whether a status belongs to class 1, redirection. */
  public static boolean isRedirection(int status) {
    return status >> 8 == 1;
  }

  /** Tells whether a later attempt may succeed without a change on this side: class 3. */
  public static boolean isTargetError(int status) {
    return status >> 8 == 3;
  }

  /** Returns what a status means, for a person; known or not. */
  public static String describe(int status) {
    String number = " (login status 0x" + String.format("%04x", status) + ")";
    for (LoginStatus known : ALL) {
      if (known.code == status) {
        return known.meaning + number;
      }
    }
    return switch (status >> 8) {
      case 1 -> "redirection" + number;
      case 2 -> "the target says that this initiator did something wrong" + number;
      case 3 -> "the target had an error" + number;
      default -> "unknown answer" + number;
    };
  }
}
