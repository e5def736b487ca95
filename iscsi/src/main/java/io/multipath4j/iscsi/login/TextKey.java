package io.multipath4j.iscsi.login;

/**
 * One key=value pair of a text or login PDU (RFC 7143 6.1).
 *
 * @param key 1 to 63 characters
 * @param value the text after the first '='
 */
public record TextKey(String key, String value) {

  /** Hides the values that help to guess a secret. */
  @Override
  public String toString() {
    return key.startsWith("CHAP_R") || key.startsWith("CHAP_C") ? key + "=..." : key + "=" + value;
  }
}
