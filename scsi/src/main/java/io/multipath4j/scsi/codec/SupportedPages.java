package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.u8;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** VPD page 00h, supported VPD pages (SPC-5). */
public final class SupportedPages {

  private SupportedPages() {}

  /** Returns the page codes, ascending. */
  public static SortedSet<Integer> decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.SUPPORTED_PAGES);
    SortedSet<Integer> pages = new TreeSet<>();
    for (int at = VpdPage.HEADER_BYTES; at < end; at++) {
      pages.add(u8(reply, at));
    }
    return Collections.unmodifiableSortedSet(pages);
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public static byte[] encode(int peripheral, SortedSet<Integer> pages) {
    byte[] page = VpdPage.blank(peripheral, VpdPage.SUPPORTED_PAGES, pages.size());
    int at = VpdPage.HEADER_BYTES;
    for (int code : pages) {
      page[at++] = (byte) code;
    }
    return page;
  }
}
