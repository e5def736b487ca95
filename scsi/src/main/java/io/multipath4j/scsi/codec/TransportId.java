package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u8;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A TransportID, which names an initiator port (SPC-5 7.6.4).
 *
 * <pre>
 *   iSCSI:
 *   byte 0  format code (7..6): 0 names a device, 1 a port; protocol identifier 5 (3..0)
 *   byte 2  bytes that follow this field (two bytes), a multiple of four, 20 or more
 *   byte 4  iSCSI name, for a port with ",i,0x" and its ISID in hexadecimal; a zero ends it
 *   all others:
 *   24 bytes, of which byte 0 has the protocol identifier
 * </pre>
 *
 * @param protocol protocol identifier, 0 to 15
 * @param name for iSCSI the name of the initiator port, {@code iqn...,i,0x...}, or of the device;
 *     else the 24 bytes in hexadecimal
 */
public record TransportId(int protocol, String name) {

  /** Protocol identifier of iSCSI. */
  public static final int ISCSI = 5;

  /** Longest name that is taken, in bytes: an iSCSI name of 223 with its session identifier. */
  public static final int MAX_NAME_BYTES = 223 + 5 + 12;

  private static final String SEPARATOR = ",i,0x";
  private static final int HEADER_BYTES = 4;
  private static final int OTHER_BYTES = 24;
  private static final int MIN_CONTENT_BYTES = 20;
  private static final int PORT_FORMAT = 0x40;

  /** Returns the id of an iSCSI initiator port or device. */
  public static TransportId iscsi(String name) {
    return new TransportId(ISCSI, name);
  }

  /** Tells whether it names one port, and not all ports of a device. */
  public boolean namesPort() {
    return protocol != ISCSI || name.contains(SEPARATOR);
  }

  /** Returns how many bytes the id at {@code at} has, whether they are here or not. */
  static int bytesAt(byte[] from, int at, int end) throws MalformedDataException {
    if (end - at < OTHER_BYTES) {
      throw new MalformedDataException(
          "a TransportID of " + (end - at) + " bytes: expected at least " + OTHER_BYTES);
    }
    return (from[at] & 0xF) == ISCSI ? HEADER_BYTES + u16(from, at + 2) : OTHER_BYTES;
  }

  /** Reads the id in {@code from[at..end)}; what follows it there is left alone. */
  public static TransportId decode(byte[] from, int at, int end) throws MalformedDataException {
    int bytes = bytesAt(from, at, end);
    if ((from[at] & 0xF) != ISCSI) {
      return new TransportId(from[at] & 0xF, HexFormat.of().formatHex(from, at, at + bytes));
    }
    int zero = at + HEADER_BYTES;
    int last = at + bytes;
    if (bytes < OTHER_BYTES || last > end || bytes % 4 != 0) {
      throw new MalformedDataException(
          "an iSCSI TransportID announces %d bytes where %d are left, expected a multiple of 4"
              .formatted(bytes, end - at));
    }
    while (zero < last && from[zero] != 0) {
      if (u8(from, zero) < 0x20) {
        throw new MalformedDataException("an iSCSI TransportID has control characters");
      }
      zero++;
    }
    int length = zero - at - HEADER_BYTES;
    String name = new String(from, at + HEADER_BYTES, length, StandardCharsets.UTF_8);
    boolean port = (from[at] & 0xC0) == PORT_FORMAT;
    TransportId id = new TransportId(ISCSI, name);
    if (zero == last || length == 0 || length > MAX_NAME_BYTES || id.namesPort() != port) {
      throw new MalformedDataException(
          "an iSCSI TransportID of format %d with the name \"%s\""
              .formatted(u8(from, at) >> 6, name.length() > 80 ? name.substring(0, 80) : name));
    }
    return id;
  }

  /** Returns the bytes of the id. */
  public byte[] encode() {
    if (protocol != ISCSI) {
      return HexFormat.of().parseHex(name);
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int content = Math.max(MIN_CONTENT_BYTES, (bytes.length + 1 + 3) / 4 * 4);
    byte[] id = Arrays.copyOf(new byte[] {(byte) (namesPort() ? PORT_FORMAT : 0)}, content + 4);
    id[0] |= ISCSI;
    put16(id, 2, content);
    System.arraycopy(bytes, 0, id, HEADER_BYTES, bytes.length);
    return id;
  }
}
