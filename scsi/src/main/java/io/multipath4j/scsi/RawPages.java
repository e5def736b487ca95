package io.multipath4j.scsi;

import java.util.Arrays;

/**
 * What a device told, byte for byte as it came, for who knows more of it than this program does.
 * Immutable: the arrays are copied on the way out.
 */
public final class RawPages {

  /** Of a device of which nothing was kept. */
  public static final RawPages NONE = new RawPages(new byte[0], new byte[0], new byte[0]);

  private final byte[] inquiry;
  private final byte[] serialNumber;
  private final byte[] identification;

  /** Keeps the arrays, which nobody may change any more. */
  RawPages(byte[] inquiry, byte[] serialNumber, byte[] identification) {
    this.inquiry = inquiry;
    this.serialNumber = serialNumber;
    this.identification = identification;
  }

  /** Returns standard INQUIRY data. */
  public byte[] inquiry() {
    return inquiry.clone();
  }

  /** Returns VPD page 80h; empty when there is none. */
  public byte[] serialNumber() {
    return serialNumber.clone();
  }

  /** Returns VPD page 83h; empty when there is none. */
  public byte[] identification() {
    return identification.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawPages that
        && Arrays.equals(inquiry, that.inquiry)
        && Arrays.equals(serialNumber, that.serialNumber)
        && Arrays.equals(identification, that.identification);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(identification);
  }

  @Override
  public String toString() {
    return inquiry.length + " bytes of INQUIRY data, pages 80h and 83h";
  }
}
