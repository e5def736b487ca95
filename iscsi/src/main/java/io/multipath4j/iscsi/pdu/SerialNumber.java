package io.multipath4j.iscsi.pdu;

/** Serial number arithmetic (RFC 1982, RFC 7143 4.2.2.1) on CmdSN, StatSN and their bounds. */
public final class SerialNumber {

  private SerialNumber() {}

  /** Tells whether {@code a} comes before {@code b}. */
  public static boolean isBefore(int a, int b) {
    return a - b < 0;
  }

  /** Tells whether {@code a} comes after {@code b}. */
  public static boolean isAfter(int a, int b) {
    return a - b > 0;
  }
}
