package io.multipath4j.scsi.codec;

/** VPD page 80h, unit serial number (SPC-5). */
public final class UnitSerialNumber {

  /** Longest serial number that is taken, in bytes. */
  public static final int MAX_BYTES = 252;

  private UnitSerialNumber() {}

  /** Returns the serial number without its padding; empty when the device has none. */
  public static String decode(byte[] reply) throws MalformedDataException {
    int length = VpdPage.checkedEnd(reply, VpdPage.UNIT_SERIAL_NUMBER) - VpdPage.HEADER_BYTES;
    if (length > MAX_BYTES) {
      throw new MalformedDataException(
          "unit serial number of " + length + " bytes: expected at most " + MAX_BYTES);
    }
    return BigEndian.text(reply, VpdPage.HEADER_BYTES, length).strip();
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public static byte[] encode(int peripheral, String serial) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.UNIT_SERIAL_NUMBER, serial.length());
    BigEndian.putText(page, VpdPage.HEADER_BYTES, serial.length(), serial);
    return page;
  }
}
