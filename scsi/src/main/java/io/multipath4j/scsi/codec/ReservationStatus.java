package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u32;

import org.jspecify.annotations.Nullable;

/**
 * The parameter data of PERSISTENT RESERVE IN, READ RESERVATION (SPC-5 6.15.3).
 *
 * <pre>
 *   byte 0   generation (four bytes)
 *   byte 4   bytes that follow: 0, or 16 when there is a reservation
 *   byte 8   key of the holder, 0 when all registrants hold it (eight bytes)
 *   byte 21  scope (7..4), type (3..0)
 * </pre>
 *
 * @param generation counts changes, 0 to 2^32 - 1
 * @param key the holder's; 0 when all registrants hold it, or there is no reservation
 * @param type null when there is no reservation
 */
public record ReservationStatus(long generation, long key, @Nullable ReservationType type) {

  private static final int HEADER_BYTES = 8;
  private static final int FULL_BYTES = 24;

  /** Reads the data. */
  public static ReservationStatus decode(byte[] reply) throws MalformedDataException {
    int end = PersistentReserve.listEnd(reply, 4, "READ RESERVATION data");
    if (end == HEADER_BYTES) {
      return new ReservationStatus(u32(reply, 0), 0, null);
    }
    if (end < FULL_BYTES) {
      throw new MalformedDataException(
          "READ RESERVATION data of " + end + " bytes: expected " + FULL_BYTES);
    }
    ReservationType type = ReservationType.of(reply[21] & 0xF);
    if (type == null) {
      throw new MalformedDataException("a reservation of type " + (reply[21] & 0xF));
    }
    return new ReservationStatus(u32(reply, 0), i64(reply, 8), type);
  }

  /** Returns the data. */
  public byte[] encode() {
    byte[] data = new byte[type == null ? HEADER_BYTES : FULL_BYTES];
    put32(data, 0, (int) generation);
    if (type != null) {
      put32(data, 4, FULL_BYTES - HEADER_BYTES);
      put64(data, 8, key);
      data[21] = (byte) type.code();
    }
    return data;
  }
}
