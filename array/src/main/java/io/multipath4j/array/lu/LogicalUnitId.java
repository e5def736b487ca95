package io.multipath4j.array.lu;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Who a logical unit says it is. Two units with one NAA id look like two paths to one disk: useful
 * to test what an initiator makes of that.
 *
 * @param vendor T10 vendor identification, at most 8 printable ASCII characters
 * @param product at most 16
 * @param revision at most 4
 * @param serial unit serial number, 1 to 32
 * @param naa NAA IEEE Registered Extended designator (SPC-5 7.7.6.6.5) as 32 hexadecimal digits, of
 *     which the first is 6
 */
public record LogicalUnitId(
    String vendor, String product, String revision, String serial, String naa) {

  /** The T10 vendor identification of this array. */
  public static final String VENDOR = "MPATH4J";

  /** The product of this array. */
  public static final String PRODUCT = "EMULATED DISK";

  /** A locally administered company id: this array has none from the IEEE. */
  private static final String COMPANY_ID = "024d50";

  /** Checks the parts. */
  public LogicalUnitId {
    checkText("vendor", vendor, 8);
    checkText("product", product, 16);
    checkText("revision", revision, 4);
    checkText("serial number", serial, 32);
    if (!naa.matches("6[0-9a-f]{31}")) {
      throw new IllegalArgumentException(
          "NAA id must be 32 hexadecimal digits that begin with 6, not \"" + naa + "\"");
    }
  }

  /** Returns the identity of a unit of a target: the same in each run, and of no other unit. */
  public static LogicalUnitId of(String targetName, int lun) {
    byte[] hash = sha256(targetName + "\n" + lun);
    String serial = HexFormat.of().withUpperCase().formatHex(hash, 0, 8);
    String extension = HexFormat.of().formatHex(hash, 8, 21).substring(0, 25);
    return new LogicalUnitId(VENDOR, PRODUCT, "0001", serial, "6" + COMPANY_ID + extension);
  }

  /** Returns the same identity with another serial number. */
  public LogicalUnitId withSerial(String newSerial) {
    return new LogicalUnitId(vendor, product, revision, newSerial, naa);
  }

  /** Returns the same identity with another NAA id. */
  public LogicalUnitId withNaa(String newNaa) {
    return new LogicalUnitId(vendor, product, revision, serial, newNaa);
  }

  private static void checkText(String what, String text, int max) {
    if (text.isEmpty() || text.length() > max || !text.matches("[ -~]*")) {
      throw new IllegalArgumentException(
          what + " must be 1 to " + max + " printable ASCII characters, not \"" + text + "\"");
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
