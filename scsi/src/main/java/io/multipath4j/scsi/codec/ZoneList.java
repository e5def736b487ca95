package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u32;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameter data of REPORT ZONES (ZBC-2 5.11).
 *
 * <pre>
 *   byte 0   bytes of descriptors that there are, or that are here with PARTIAL (four bytes)
 *   byte 4   SAME (3..0)
 *   byte 8   highest LBA (eight bytes)
 *   byte 64  descriptors of 64 bytes
 * </pre>
 *
 * @param listBytes bytes of descriptors that the device announces, 0 to 2^32 - 1; more than are
 *     here when the reply was cut
 * @param same 0 zones differ, 1 all alike, 2 all but the length of the last, 3 alike in length
 * @param maxLba highest LBA of the device
 * @param zones those that are here as a whole
 */
public record ZoneList(long listBytes, int same, long maxLba, List<ZoneDescriptor> zones) {

  /** Bytes before the first descriptor. */
  public static final int HEADER_BYTES = 64;

  /** Report all zones. */
  public static final int ALL = 0x00;

  /** Report zones that are empty; 02h to 05h: opened implicitly, explicitly, closed, full. */
  public static final int ONLY_EMPTY = 0x01;

  /** Report zones that are implicitly opened. */
  public static final int ONLY_IMPLICITLY_OPENED = 0x02;

  /** Report zones that are explicitly opened. */
  public static final int ONLY_EXPLICITLY_OPENED = 0x03;

  /** Report zones that are closed. */
  public static final int ONLY_CLOSED = 0x04;

  /** Report zones that are full. */
  public static final int ONLY_FULL = 0x05;

  /** Report zones that are read only. */
  public static final int ONLY_READ_ONLY = 0x06;

  /** Report zones that are offline. */
  public static final int ONLY_OFFLINE = 0x07;

  /** Report zones with RESET set. */
  public static final int ONLY_RESET_RECOMMENDED = 0x10;

  /** Report zones with NON_SEQ set. */
  public static final int ONLY_NON_SEQUENTIAL = 0x11;

  /** Report zones without a write pointer. */
  public static final int ONLY_NOT_WRITE_POINTER = 0x3F;

  /** Makes the list immutable. */
  public ZoneList {
    zones = List.copyOf(zones);
  }

  /** Reads the data; a reply that was cut has the descriptors that are whole. */
  public static ZoneList decode(byte[] reply) throws MalformedDataException {
    if (reply.length < HEADER_BYTES) {
      throw new MalformedDataException(
          "REPORT ZONES data of " + reply.length + " bytes: expected at least " + HEADER_BYTES);
    }
    long listBytes = u32(reply, 0);
    if (listBytes % ZoneDescriptor.BYTES != 0) {
      throw new MalformedDataException(
          "REPORT ZONES announces " + listBytes + " bytes, which is no multiple of 64");
    }
    long end = Math.min(reply.length, HEADER_BYTES + listBytes);
    List<ZoneDescriptor> zones = new ArrayList<>();
    for (int at = HEADER_BYTES; at + ZoneDescriptor.BYTES <= end; at += ZoneDescriptor.BYTES) {
      zones.add(ZoneDescriptor.decode(reply, at));
    }
    return new ZoneList(listBytes, reply[4] & 0xF, i64(reply, 8), zones);
  }

  /**
   * Returns the length of a zone in blocks when all zones, but perhaps the last one, are equally
   * long; else, or when no zone is here, 0.
   */
  public long commonBlocks() {
    return same == 0 || zones.isEmpty() ? 0 : Math.max(0, zones.getFirst().length());
  }

  /** Returns the data. */
  public byte[] encode() {
    byte[] data = new byte[HEADER_BYTES + ZoneDescriptor.BYTES * zones.size()];
    put32(data, 0, (int) listBytes);
    data[4] = (byte) same;
    put64(data, 8, maxLba);
    int at = HEADER_BYTES;
    for (ZoneDescriptor zone : zones) {
      zone.encode(data, at);
      at += ZoneDescriptor.BYTES;
    }
    return data;
  }
}
