package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * What all pages of vital product data have in common (SPC-5), and their codes.
 *
 * <pre>
 *   byte 0  peripheral qualifier and device type
 *   byte 1  page code
 *   byte 2  page length in bytes, without these four (two bytes)
 * </pre>
 */
public final class VpdPage {

  /** Supported VPD pages. */
  public static final int SUPPORTED_PAGES = 0x00;

  /** Unit serial number. */
  public static final int UNIT_SERIAL_NUMBER = 0x80;

  /** Device identification. */
  public static final int DEVICE_IDENTIFICATION = 0x83;

  /** Extended INQUIRY data. */
  public static final int EXTENDED_INQUIRY = 0x86;

  /** Block limits. */
  public static final int BLOCK_LIMITS = 0xB0;

  /** Block device characteristics. */
  public static final int BLOCK_CHARACTERISTICS = 0xB1;

  /** Logical block provisioning. */
  public static final int PROVISIONING = 0xB2;

  /** Zoned block device characteristics. */
  public static final int ZONED_CHARACTERISTICS = 0xB6;

  /** Bytes before the page's own content. */
  public static final int HEADER_BYTES = 4;

  private VpdPage() {}

  /**
   * Returns how many bytes the whole page has, whatever part of it is here: 4 to 65539.
   *
   * @throws MalformedDataException when there is no header, or it is of another page
   */
  public static int totalBytes(byte[] reply, int pageCode) throws MalformedDataException {
    if (reply.length < HEADER_BYTES) {
      throw new MalformedDataException(
          String.format(
              "VPD page %02Xh of %d bytes: expected a header of %d",
              pageCode, reply.length, HEADER_BYTES));
    }
    if (u8(reply, 1) != pageCode) {
      throw new MalformedDataException(
          String.format("VPD page %02Xh was asked, page %02Xh came", pageCode, u8(reply, 1)));
    }
    return HEADER_BYTES + u16(reply, 2);
  }

  /** As {@link #totalBytes}, and checks that all of the page is here. */
  static int checkedEnd(byte[] reply, int pageCode) throws MalformedDataException {
    int total = totalBytes(reply, pageCode);
    if (total > reply.length) {
      throw new MalformedDataException(
          String.format(
              "VPD page %02Xh announces %d bytes, but only %d came",
              pageCode, total, reply.length));
    }
    return total;
  }

  /** Returns a page with its header filled in and {@code contentBytes} zero bytes after it. */
  static byte[] blank(int peripheral, int pageCode, int contentBytes) {
    byte[] page = new byte[HEADER_BYTES + contentBytes];
    page[0] = (byte) peripheral;
    page[1] = (byte) pageCode;
    put16(page, 2, contentBytes);
    return page;
  }
}
