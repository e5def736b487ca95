package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u32;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameter data of PERSISTENT RESERVE IN, READ FULL STATUS (SPC-5 6.15.5).
 *
 * <pre>
 *   byte 0   generation, then bytes that follow (four bytes each), then descriptors:
 *   byte 0   key (eight bytes)
 *   byte 12  ALL_TG_PT (1), R_HOLDER (0)
 *   byte 13  scope (7..4), type (3..0), of a holder
 *   byte 18  relative target port identifier (two bytes)
 *   byte 20  length of the TransportID (four bytes), then the TransportID
 * </pre>
 *
 * @param generation counts changes, 0 to 2^32 - 1
 * @param registrations in the device's order
 */
public record ReservationFullStatus(long generation, List<Registration> registrations) {

  private static final int HEADER_BYTES = 8;
  private static final int DESCRIPTOR_BYTES = 24;

  /**
   * One registered nexus.
   *
   * @param key its key
   * @param allTargetPorts it stands for all target ports; then the port counts for nothing
   * @param heldType type of the reservation that it holds; null when it is not a holder
   * @param relativeTargetPort 1 to 65535
   * @param initiator its initiator port
   */
  public record Registration(
      long key,
      boolean allTargetPorts,
      @Nullable ReservationType heldType,
      int relativeTargetPort,
      TransportId initiator) {}

  /** Makes the list immutable. */
  public ReservationFullStatus {
    registrations = List.copyOf(registrations);
  }

  /** Reads the data; all of it must be here. */
  public static ReservationFullStatus decode(byte[] reply) throws MalformedDataException {
    int end = PersistentReserve.listEnd(reply, 4, "READ FULL STATUS data");
    List<Registration> registrations = new ArrayList<>();
    int at = HEADER_BYTES;
    while (at < end) {
      if (end - at < DESCRIPTOR_BYTES || u32(reply, at + 20) > end - at - DESCRIPTOR_BYTES) {
        throw new MalformedDataException(
            "the registration at byte " + at + " reaches beyond the data of " + end);
      }
      int idAt = at + DESCRIPTOR_BYTES;
      int next = idAt + (int) u32(reply, at + 20);
      boolean holder = bit(reply, at + 12, 0);
      ReservationType type = holder ? ReservationType.of(reply[at + 13] & 0xF) : null;
      if (holder && type == null) {
        throw new MalformedDataException("a reservation of type " + (reply[at + 13] & 0xF));
      }
      registrations.add(
          new Registration(
              i64(reply, at),
              bit(reply, at + 12, 1),
              type,
              u16(reply, at + 18),
              TransportId.decode(reply, idAt, next)));
      at = next;
    }
    return new ReservationFullStatus(u32(reply, 0), registrations);
  }

  /** Returns the data. */
  public byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[HEADER_BYTES]);
    for (Registration registration : registrations) {
      byte[] id = registration.initiator.encode();
      byte[] descriptor = new byte[DESCRIPTOR_BYTES];
      put64(descriptor, 0, registration.key);
      ReservationType held = registration.heldType;
      descriptor[12] = (byte) ((registration.allTargetPorts ? 2 : 0) | (held == null ? 0 : 1));
      descriptor[13] = (byte) (held == null ? 0 : held.code());
      put16(descriptor, 18, registration.relativeTargetPort);
      put32(descriptor, 20, id.length);
      out.writeBytes(descriptor);
      out.writeBytes(id);
    }
    byte[] data = out.toByteArray();
    put32(data, 0, (int) generation);
    put32(data, 4, data.length - HEADER_BYTES);
    return data;
  }
}
