package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * What a disk tells in MODE SENSE (SPC-5, SBC-4): the header's device-specific parameter and the
 * caching page.
 *
 * @param writeProtected WP: the medium is read-only
 * @param fua DPOFUA: the FUA and DPO bits work
 * @param writeCache WCE of the caching page: writes complete before they are durable
 * @param readCacheDisabled RCD of the caching page
 */
public record ModeParameters(
    boolean writeProtected, boolean fua, boolean writeCache, boolean readCacheDisabled) {

  /** Mode page: caching (SBC-4). */
  public static final int CACHING_PAGE = 0x08;

  /** Mode page: control (SPC-5). */
  public static final int CONTROL_PAGE = 0x0A;

  /** Mode page: all pages. */
  public static final int ALL_PAGES = 0x3F;

  private static final int HEADER_BYTES_6 = 4;
  private static final int HEADER_BYTES_10 = 8;
  private static final int CACHING_PAGE_BYTES = 20;

  /** Reads the reply to MODE SENSE(6); without a caching page, no write cache is assumed. */
  public static ModeParameters decode6(byte[] reply) throws MalformedDataException {
    if (reply.length < HEADER_BYTES_6) {
      throw new MalformedDataException(
          "MODE SENSE(6) data of " + reply.length + " bytes: expected at least 4");
    }
    int end = Math.min(reply.length, 1 + u8(reply, 0));
    return decode(reply, u8(reply, 2), HEADER_BYTES_6 + u8(reply, 3), end);
  }

  /** Reads the reply to MODE SENSE(10); without a caching page, no write cache is assumed. */
  public static ModeParameters decode10(byte[] reply) throws MalformedDataException {
    if (reply.length < HEADER_BYTES_10) {
      throw new MalformedDataException(
          "MODE SENSE(10) data of " + reply.length + " bytes: expected at least 8");
    }
    int end = Math.min(reply.length, 2 + u16(reply, 0));
    return decode(reply, u8(reply, 3), HEADER_BYTES_10 + u16(reply, 6), end);
  }

  private static ModeParameters decode(byte[] reply, int deviceSpecific, int pagesAt, int end) {
    boolean writeCache = false;
    boolean readCacheDisabled = false;
    int at = pagesAt;
    while (at + 2 < end) {
      if ((reply[at] & 0x3F) == CACHING_PAGE && !bit(reply, at, 6)) {
        writeCache = bit(reply, at + 2, 2);
        readCacheDisabled = bit(reply, at + 2, 0);
        break;
      }
      // A page with a subpage has a two-byte length (SPC-5).
      boolean subpage = bit(reply, at, 6);
      if (subpage && at + 4 > end) {
        break;
      }
      at += subpage ? 4 + u16(reply, at + 2) : 2 + u8(reply, at + 1);
    }
    return new ModeParameters(
        (deviceSpecific & 0x80) != 0, (deviceSpecific & 0x10) != 0, writeCache, readCacheDisabled);
  }

  /** Returns the reply to MODE SENSE(6) with the caching page. */
  public byte[] encode6() {
    byte[] data = new byte[HEADER_BYTES_6 + CACHING_PAGE_BYTES];
    data[0] = (byte) (data.length - 1);
    data[2] = (byte) deviceSpecific();
    putCachingPage(data, HEADER_BYTES_6);
    return data;
  }

  /** Returns the reply to MODE SENSE(10) with the caching page. */
  public byte[] encode10() {
    byte[] data = new byte[HEADER_BYTES_10 + CACHING_PAGE_BYTES];
    put16(data, 0, data.length - 2);
    data[3] = (byte) deviceSpecific();
    putCachingPage(data, HEADER_BYTES_10);
    return data;
  }

  private int deviceSpecific() {
    return (writeProtected ? 0x80 : 0) | (fua ? 0x10 : 0);
  }

  private void putCachingPage(byte[] data, int at) {
    data[at] = CACHING_PAGE;
    data[at + 1] = CACHING_PAGE_BYTES - 2;
    data[at + 2] = (byte) ((writeCache ? 4 : 0) | (readCacheDisabled ? 1 : 0));
  }
}
