package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u32;
import static io.multipath4j.scsi.codec.BigEndian.u8;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameter data of REPORT TARGET PORT GROUPS (SPC-5 6.37).
 *
 * <pre>
 *   byte 0  bytes that follow this field (four bytes)
 *   extended header only:
 *   byte 4  format 001b (6..4)
 *   byte 5  implicit transition time in seconds, 0 for none given
 *   then descriptors:
 *   byte 0  preferred (7), asymmetric access state (3..0)
 *   byte 1  supported states
 *   byte 2  target port group (two bytes)
 *   byte 5  status code
 *   byte 7  number of ports, then four bytes for each, of which the last two are its identifier
 * </pre>
 *
 * @param implicitTransitionSeconds 0 to 255; 0 when not given, as without the extended header
 * @param groups in the device's order
 */
public record TargetPortGroupList(int implicitTransitionSeconds, List<Group> groups) {

  private static final int HEADER_BYTES = 4;
  private static final int EXTENDED_HEADER_BYTES = 8;
  private static final int DESCRIPTOR_BYTES = 8;
  private static final int PORT_BYTES = 4;
  private static final int EXTENDED_FORMAT = 0x10;

  /**
   * One target port group.
   *
   * @param preferred the device prefers it
   * @param state asymmetric access state, 0 to 15
   * @param supportedStates a bit for each state that it can have, 0 to 255
   * @param id target port group, 0 to 65535
   * @param statusCode why it has its state, 0 to 255
   * @param ports relative target port identifiers
   */
  public record Group(
      boolean preferred,
      int state,
      int supportedStates,
      int id,
      int statusCode,
      List<Integer> ports) {

    /** Makes the list immutable. */
    public Group {
      ports = List.copyOf(ports);
    }
  }

  /** Makes the list immutable. */
  public TargetPortGroupList {
    groups = List.copyOf(groups);
  }

  /**
   * Returns how many bytes the whole list has, whatever part of it is here.
   *
   * @throws MalformedDataException when there is no header, or the length is absurd
   */
  public static int totalBytes(byte[] reply) throws MalformedDataException {
    if (reply.length < HEADER_BYTES) {
      throw new MalformedDataException(
          "target port groups of " + reply.length + " bytes: expected at least " + HEADER_BYTES);
    }
    long total = HEADER_BYTES + u32(reply, 0);
    if (total > 1 << 20) {
      throw new MalformedDataException(
          "target port groups announce " + total + " bytes: expected at most 1 MiB");
    }
    return (int) total;
  }

  /** Reads the list, with the extended header or without; all of it must be here. */
  public static TargetPortGroupList decode(byte[] reply) throws MalformedDataException {
    int end = totalBytes(reply);
    if (end > reply.length) {
      throw new MalformedDataException(
          "target port groups announce " + end + " bytes, but only " + reply.length + " came");
    }
    boolean extended =
        end >= EXTENDED_HEADER_BYTES && (reply[HEADER_BYTES] & 0x70) == EXTENDED_FORMAT;
    List<Group> groups = new ArrayList<>();
    int at = extended ? EXTENDED_HEADER_BYTES : HEADER_BYTES;
    while (at < end) {
      if (at + DESCRIPTOR_BYTES > end
          || at + DESCRIPTOR_BYTES + PORT_BYTES * u8(reply, at + 7) > end) {
        throw new MalformedDataException(
            "the target port group at byte " + at + " reaches beyond the list of " + end);
      }
      List<Integer> ports = new ArrayList<>();
      int portsAt = at + DESCRIPTOR_BYTES;
      int next = portsAt + PORT_BYTES * u8(reply, at + 7);
      for (int port = portsAt; port < next; port += PORT_BYTES) {
        ports.add(u16(reply, port + 2));
      }
      groups.add(
          new Group(
              reply[at] < 0,
              reply[at] & 0xF,
              u8(reply, at + 1),
              u16(reply, at + 2),
              u8(reply, at + 5),
              ports));
      at = next;
    }
    return new TargetPortGroupList(extended ? u8(reply, 5) : 0, groups);
  }

  /** Returns the parameter data, with the extended header or without. */
  public byte[] encode(boolean extended) {
    int bytes = extended ? EXTENDED_HEADER_BYTES : HEADER_BYTES;
    for (Group group : groups) {
      bytes += DESCRIPTOR_BYTES + PORT_BYTES * group.ports.size();
    }
    byte[] data = new byte[bytes];
    put32(data, 0, bytes - HEADER_BYTES);
    int at = HEADER_BYTES;
    if (extended) {
      data[at] = EXTENDED_FORMAT;
      data[at + 1] = (byte) implicitTransitionSeconds;
      at = EXTENDED_HEADER_BYTES;
    }
    for (Group group : groups) {
      data[at] = (byte) ((group.preferred ? 0x80 : 0) | group.state);
      data[at + 1] = (byte) group.supportedStates;
      put16(data, at + 2, group.id);
      data[at + 5] = (byte) group.statusCode;
      data[at + 7] = (byte) group.ports.size();
      at += DESCRIPTOR_BYTES;
      for (int port : group.ports) {
        put16(data, at + 2, port);
        at += PORT_BYTES;
      }
    }
    return data;
  }
}
