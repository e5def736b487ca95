package io.multipath4j.iscsi.login;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.util.Base64;
import java.util.HexFormat;

/** Binary values in text keys: 0x hexadecimal and 0b base64 (RFC 7143 6.1). */
public final class BinaryText {

  private BinaryText() {}

  /** Returns the hexadecimal form. */
  public static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  /** Returns the base64 form. */
  public static String base64(byte[] bytes) {
    return "0b" + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Reads either form.
   *
   * @param key what it is the value of, for the message; the value itself is not told
   * @param maxBytes longest binary value to accept
   * @throws IscsiProtocolException when it is neither form, or longer
   */
  public static byte[] decode(String key, String text, int maxBytes) {
    String digits = text.length() < 2 ? "" : text.substring(2);
    // Both forms need more characters than bytes: nothing large is decoded only to be refused.
    if (digits.length() > 2L * maxBytes + 1) {
      throw new IscsiProtocolException(key + " is longer than " + maxBytes + " bytes");
    }
    byte[] bytes;
    try {
      if (text.startsWith("0x") || text.startsWith("0X")) {
        bytes = HexFormat.of().parseHex(digits.length() % 2 == 0 ? digits : "0" + digits);
      } else if (text.startsWith("0b") || text.startsWith("0B")) {
        bytes = Base64.getDecoder().decode(digits);
      } else {
        throw new IscsiProtocolException(key + " starts neither with 0x nor with 0b");
      }
    } catch (IllegalArgumentException malformed) {
      throw new IscsiProtocolException(key + " is neither hexadecimal nor base64");
    }
    if (bytes.length == 0 || bytes.length > maxBytes) {
      throw new IscsiProtocolException(
          key + " has " + bytes.length + " bytes, expected 1 to " + maxBytes);
    }
    return bytes;
  }
}
