package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u32;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The parameter data of REPORT LUNS (SPC-4 6.33.2): a length, four reserved bytes, the LUNs. */
public final class LunList {

  /** Bytes before the first LUN. */
  public static final int HEADER_BYTES = 8;

  /** The most LUNs of one target that are taken: as many as flat space addressing has. */
  public static final int MAX_LUNS = Lun.MAX_NUMBER + 1;

  private LunList() {}

  /**
   * Returns how many bytes the whole list has, whatever part of it is here.
   *
   * @throws MalformedDataException when there is no header, or the list is absurdly long
   */
  public static int totalBytes(byte[] reply) throws MalformedDataException {
    if (reply.length < HEADER_BYTES) {
      throw new MalformedDataException(
          "REPORT LUNS data of " + reply.length + " bytes: expected at least " + HEADER_BYTES);
    }
    long listBytes = u32(reply, 0);
    if (listBytes > 8L * MAX_LUNS) {
      throw new MalformedDataException(
          "REPORT LUNS announces " + listBytes / 8 + " LUNs: expected at most " + MAX_LUNS);
    }
    return HEADER_BYTES + (int) listBytes;
  }

  /** Returns the LUNs, as big-endian numbers, in the device's order. */
  public static List<Long> decode(byte[] reply) throws MalformedDataException {
    int total = totalBytes(reply);
    if (total % 8 != 0 || total > reply.length) {
      throw new MalformedDataException(
          "REPORT LUNS data of " + reply.length + " bytes announces a total of " + total);
    }
    List<Long> luns = new ArrayList<>((total - HEADER_BYTES) / 8);
    for (int at = HEADER_BYTES; at < total; at += 8) {
      luns.add(i64(reply, at));
    }
    return Collections.unmodifiableList(luns);
  }

  /** Returns the parameter data that reports {@code luns}. */
  public static byte[] encode(List<Long> luns) {
    byte[] data = new byte[HEADER_BYTES + 8 * luns.size()];
    put32(data, 0, 8 * luns.size());
    for (int i = 0; i < luns.size(); i++) {
      put64(data, HEADER_BYTES + 8 * i, luns.get(i));
    }
    return data;
  }
}
