package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameter list of PERSISTENT RESERVE OUT, but for REGISTER AND MOVE (SPC-5 6.16.3).
 *
 * <pre>
 *   byte 0   key (eight bytes)
 *   byte 8   service action key (eight bytes)
 *   byte 20  SPEC_I_PT (3), ALL_TG_PT (2), APTPL (0)
 *   with SPEC_I_PT:
 *   byte 24  length of the TransportIDs (four bytes), then the TransportIDs
 * </pre>
 *
 * @param key the one that the nexus has registered; 0 for none
 * @param serviceActionKey the new key, or the one to preempt
 * @param allTargetPorts ALL_TG_PT: registers with all target ports
 * @param persist APTPL: registrations and the reservation survive a power loss
 * @param specifyInitiators SPEC_I_PT: registers for {@code initiators} as well
 * @param initiators initiator ports; empty without SPEC_I_PT
 */
public record ReservationOutList(
    long key,
    long serviceActionKey,
    boolean allTargetPorts,
    boolean persist,
    boolean specifyInitiators,
    List<TransportId> initiators) {

  /** Length without TransportIDs, in bytes. */
  public static final int BYTES = 24;

  /** Makes the list immutable. */
  public ReservationOutList {
    initiators = List.copyOf(initiators);
  }

  /** Returns a list with keys and no flags. */
  public static ReservationOutList of(long key, long serviceActionKey) {
    return new ReservationOutList(key, serviceActionKey, false, false, false, List.of());
  }

  /** Returns the same list with or without APTPL. */
  public ReservationOutList withPersist(boolean aptpl) {
    return new ReservationOutList(
        key, serviceActionKey, allTargetPorts, aptpl, specifyInitiators, initiators);
  }

  /** Returns the same list with or without ALL_TG_PT. */
  public ReservationOutList withAllTargetPorts(boolean all) {
    return new ReservationOutList(
        key, serviceActionKey, all, persist, specifyInitiators, initiators);
  }

  /** Reads the list; it must be {@link #BYTES} long, or end with the last TransportID. */
  public static ReservationOutList decode(byte[] list) throws MalformedDataException {
    boolean specify = list.length > 20 && bit(list, 20, 3);
    if (specify ? list.length < BYTES + 4 : list.length != BYTES) {
      throw new MalformedDataException(
          "a PERSISTENT RESERVE OUT list of " + list.length + " bytes: expected " + BYTES);
    }
    List<TransportId> initiators = new ArrayList<>();
    if (specify) {
      int end = PersistentReserve.listEnd(list, BYTES, "a list of TransportIDs");
      int at = BYTES + 4;
      while (at < end) {
        initiators.add(TransportId.decode(list, at, end));
        at += TransportId.bytesAt(list, at, end);
      }
    }
    return new ReservationOutList(
        i64(list, 0), i64(list, 8), bit(list, 20, 2), bit(list, 20, 0), specify, initiators);
  }

  /** Returns the list's bytes. */
  public byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[specifyInitiators ? BYTES + 4 : BYTES]);
    for (TransportId initiator : initiators) {
      out.writeBytes(initiator.encode());
    }
    byte[] list = out.toByteArray();
    put64(list, 0, key);
    put64(list, 8, serviceActionKey);
    list[20] = (byte) ((specifyInitiators ? 8 : 0) | (allTargetPorts ? 4 : 0) | (persist ? 1 : 0));
    if (specifyInitiators) {
      put32(list, BYTES, list.length - BYTES - 4);
    }
    return list;
  }
}
