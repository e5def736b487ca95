package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u16;

import java.util.Arrays;

/**
 * The parameter list of PERSISTENT RESERVE OUT, REGISTER AND MOVE (SPC-5 6.16.4).
 *
 * <pre>
 *   byte 0   key, byte 8 service action key (eight bytes each)
 *   byte 17  UNREG (1), APTPL (0)
 *   byte 18  relative target port identifier (two bytes)
 *   byte 20  length of the TransportID (four bytes), then the TransportID
 * </pre>
 *
 * @param key the one that the nexus has registered
 * @param serviceActionKey the new holder's
 * @param unregister UNREG: the nexus loses its own registration
 * @param persist APTPL
 * @param relativeTargetPort of the new holder, 1 to 65535
 * @param initiator of the new holder
 */
public record ReservationMoveList(
    long key,
    long serviceActionKey,
    boolean unregister,
    boolean persist,
    int relativeTargetPort,
    TransportId initiator) {

  private static final int HEADER_BYTES = 24;

  /** Reads the list. */
  public static ReservationMoveList decode(byte[] list) throws MalformedDataException {
    int end = PersistentReserve.listEnd(list, 20, "a REGISTER AND MOVE list");
    return new ReservationMoveList(
        i64(list, 0),
        i64(list, 8),
        bit(list, 17, 1),
        bit(list, 17, 0),
        u16(list, 18),
        TransportId.decode(list, HEADER_BYTES, end));
  }

  /** Returns the list's bytes. */
  public byte[] encode() {
    byte[] id = initiator.encode();
    byte[] list = Arrays.copyOf(new byte[HEADER_BYTES], HEADER_BYTES + id.length);
    put64(list, 0, key);
    put64(list, 8, serviceActionKey);
    list[17] = (byte) ((unregister ? 2 : 0) | (persist ? 1 : 0));
    put16(list, 18, relativeTargetPort);
    put32(list, 20, id.length);
    System.arraycopy(id, 0, list, HEADER_BYTES, id.length);
    return list;
  }
}
