package io.multipath4j.iscsi.login;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The login keys of RFC 7143 section 13, with how each is negotiated, its default and range. */
public enum NegotiationKey {
  /** RFC 7143 13.1. */
  HEADER_DIGEST("HeaderDigest", Rule.LIST, "None", false),
  /** RFC 7143 13.1. */
  DATA_DIGEST("DataDigest", Rule.LIST, "None", false),
  /** RFC 7143 13.2. */
  MAX_CONNECTIONS("MaxConnections", Rule.MINIMUM, "1", 1, 65535, true),
  /** RFC 7143 13.3; not during login. */
  SEND_TARGETS("SendTargets", Rule.NOT_IN_LOGIN, "", false),
  /** RFC 7143 13.4. */
  TARGET_NAME("TargetName", Rule.DECLARED_TEXT, "", false),
  /** RFC 7143 13.5. */
  INITIATOR_NAME("InitiatorName", Rule.DECLARED_TEXT, "", false),
  /** RFC 7143 13.6. */
  TARGET_ALIAS("TargetAlias", Rule.DECLARED_TEXT, "", false),
  /** RFC 7143 13.7. */
  INITIATOR_ALIAS("InitiatorAlias", Rule.DECLARED_TEXT, "", false),
  /** RFC 7143 13.8. */
  TARGET_ADDRESS("TargetAddress", Rule.DECLARED_TEXT, "", false),
  /** RFC 7143 13.9. */
  TARGET_PORTAL_GROUP_TAG("TargetPortalGroupTag", Rule.DECLARED_NUMBER, "0", 0, 65535, false),
  /** RFC 7143 13.10. */
  INITIAL_R2T("InitialR2T", Rule.OR, "Yes", true),
  /** RFC 7143 13.11. */
  IMMEDIATE_DATA("ImmediateData", Rule.AND, "Yes", true),
  /** RFC 7143 13.12. */
  MAX_RECV_DATA_SEGMENT_LENGTH(
      "MaxRecvDataSegmentLength", Rule.DECLARED_NUMBER, "8192", 512, 0xFF_FFFF, false),
  /** RFC 7143 13.13. */
  MAX_BURST_LENGTH("MaxBurstLength", Rule.MINIMUM, "262144", 512, 0xFF_FFFF, true),
  /** RFC 7143 13.14. */
  FIRST_BURST_LENGTH("FirstBurstLength", Rule.MINIMUM, "65536", 512, 0xFF_FFFF, true),
  /** RFC 7143 13.15. */
  DEFAULT_TIME2WAIT("DefaultTime2Wait", Rule.MAXIMUM, "2", 0, 3600, false),
  /** RFC 7143 13.16. */
  DEFAULT_TIME2RETAIN("DefaultTime2Retain", Rule.MINIMUM, "20", 0, 3600, false),
  /** RFC 7143 13.17. */
  MAX_OUTSTANDING_R2T("MaxOutstandingR2T", Rule.MINIMUM, "1", 1, 65535, true),
  /** RFC 7143 13.18. */
  DATA_PDU_IN_ORDER("DataPDUInOrder", Rule.OR, "Yes", true),
  /** RFC 7143 13.19. */
  DATA_SEQUENCE_IN_ORDER("DataSequenceInOrder", Rule.OR, "Yes", true),
  /** RFC 7143 13.20. */
  ERROR_RECOVERY_LEVEL("ErrorRecoveryLevel", Rule.MINIMUM, "0", 0, 2, false),
  /** RFC 7143 13.21. */
  SESSION_TYPE("SessionType", Rule.DECLARED_TEXT, "Normal", false),
  /** RFC 7143 13.25: obsolete; answered No. */
  IF_MARKER("IFMarker", Rule.OBSOLETE_BOOLEAN, "No", false),
  /** RFC 7143 13.25: obsolete; answered No. */
  OF_MARKER("OFMarker", Rule.OBSOLETE_BOOLEAN, "No", false),
  /** RFC 7143 13.25: obsolete; answered Reject. */
  IF_MARK_INT("IFMarkInt", Rule.NOT_IN_LOGIN, "", false),
  /** RFC 7143 13.25: obsolete; answered Reject. */
  OF_MARK_INT("OFMarkInt", Rule.NOT_IN_LOGIN, "", false),
  /** RFC 7143 13.26. */
  PROTOCOL_LEVEL("iSCSIProtocolLevel", Rule.MINIMUM, "1", 0, 31, false),
  /** RFC 7143 12. */
  AUTH_METHOD("AuthMethod", Rule.LIST, "None", false);

  /** How the result comes about (RFC 7143 6.2). */
  public enum Rule {
    /** Each side declares its own text; no answer. */
    DECLARED_TEXT,
    /** Each side declares its own number; no answer. */
    DECLARED_NUMBER,
    /** The first value of the offer that the answering side supports. */
    LIST,
    /** Yes when one side says Yes. */
    OR,
    /** Yes when both sides say Yes. */
    AND,
    /** The smaller number. */
    MINIMUM,
    /** The larger number. */
    MAXIMUM,
    /** Answered No. */
    OBSOLETE_BOOLEAN,
    /** Answered Reject. */
    NOT_IN_LOGIN
  }

  private static final Map<String, NegotiationKey> BY_NAME = new HashMap<>();

  static {
    for (NegotiationKey key : values()) {
      BY_NAME.put(key.keyName, key);
    }
  }

  private final String keyName;
  private final Rule rule;
  private final String defaultValue;
  private final int minimum;
  private final int maximum;
  private final boolean irrelevantInDiscovery;

  NegotiationKey(String keyName, Rule rule, String defaultValue, boolean irrelevantInDiscovery) {
    this(keyName, rule, defaultValue, 0, 0, irrelevantInDiscovery);
  }

  NegotiationKey(
      String keyName,
      Rule rule,
      String defaultValue,
      int minimum,
      int maximum,
      boolean irrelevantInDiscovery) {
    this.keyName = keyName;
    this.rule = rule;
    this.defaultValue = defaultValue;
    this.minimum = minimum;
    this.maximum = maximum;
    this.irrelevantInDiscovery = irrelevantInDiscovery;
  }

  /** Returns the key as on the wire. */
  public String keyName() {
    return keyName;
  }

  /** Returns how it is negotiated. */
  public Rule rule() {
    return rule;
  }

  /** Returns the value that holds when it is not negotiated. */
  public String defaultValue() {
    return defaultValue;
  }

  /** Tells whether it is answered Irrelevant in a discovery session. */
  public boolean isIrrelevantInDiscovery() {
    return irrelevantInDiscovery;
  }

  /** Returns the key with this name, or null. */
  public static @Nullable NegotiationKey named(String keyName) {
    return BY_NAME.get(keyName);
  }

  /**
   * Returns a number of this key, decimal or 0x hexadecimal (RFC 7143 6.1), or -1 when the text is
   * not one or is out of range.
   */
  public int number(String text) {
    try {
      boolean hex = text.startsWith("0x") || text.startsWith("0X");
      int value = hex ? Integer.parseInt(text, 2, text.length(), 16) : Integer.parseInt(text);
      return value < minimum || value > maximum ? -1 : value;
    } catch (NumberFormatException notNumber) {
      return -1;
    }
  }

  /** Returns the values it allows, for a message. */
  public String range() {
    return switch (rule) {
      case DECLARED_NUMBER, MINIMUM, MAXIMUM -> minimum + " to " + maximum;
      case OR, AND, OBSOLETE_BOOLEAN -> "Yes or No";
      case LIST, DECLARED_TEXT, NOT_IN_LOGIN -> "text";
    };
  }
}
