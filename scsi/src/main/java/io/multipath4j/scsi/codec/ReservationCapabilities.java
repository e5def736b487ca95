package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The parameter data of PERSISTENT RESERVE IN, REPORT CAPABILITIES (SPC-5 6.15.4).
 *
 * <pre>
 *   byte 0  length of all, 8 (two bytes)
 *   byte 2  RLR_C (7), CRH (4), SIP_C (3), ATP_C (2), PTPL_C (0)
 *   byte 3  TMV (7), allow commands (6..4), PTPL_A (0)
 *   byte 4  mask of types: bit 7 for type 7 ... bit 1 for type 1; byte 5 bit 0 for type 8
 * </pre>
 *
 * @param compatibleReservations CRH: RESERVE(6) and RELEASE(6) go well with registrations
 * @param specifiedInitiators SIP_C: SPEC_I_PT is supported
 * @param allTargetPorts ATP_C: ALL_TG_PT is supported
 * @param persistCapable PTPL_C: registrations can persist through a power loss
 * @param persistActive PTPL_A: they do now
 * @param allowCommands what passes foreign reservations, 0 to 7 (table 199); 0 says nothing
 * @param types supported types; empty when the device does not tell
 */
public record ReservationCapabilities(
    boolean compatibleReservations,
    boolean specifiedInitiators,
    boolean allTargetPorts,
    boolean persistCapable,
    boolean persistActive,
    int allowCommands,
    Set<ReservationType> types) {

  private static final int BYTES = 8;

  /** Makes the set immutable. */
  public ReservationCapabilities {
    EnumSet<ReservationType> copy = EnumSet.noneOf(ReservationType.class);
    copy.addAll(types);
    types = Collections.unmodifiableSet(copy);
  }

  /** Reads the data. */
  public static ReservationCapabilities decode(byte[] reply) throws MalformedDataException {
    if (reply.length < BYTES || u16(reply, 0) < BYTES) {
      throw new MalformedDataException(
          "REPORT CAPABILITIES data of " + reply.length + " bytes: expected " + BYTES);
    }
    Set<ReservationType> types = EnumSet.noneOf(ReservationType.class);
    for (ReservationType type : ReservationType.values()) {
      if (bit(reply, 3, 7) && (u16(reply, 4) & maskOf(type)) != 0) {
        types.add(type);
      }
    }
    return new ReservationCapabilities(
        bit(reply, 2, 4),
        bit(reply, 2, 3),
        bit(reply, 2, 2),
        bit(reply, 2, 0),
        bit(reply, 3, 0),
        reply[3] >> 4 & 7,
        types);
  }

  /** Returns the data. */
  public byte[] encode() {
    byte[] data = new byte[BYTES];
    put16(data, 0, BYTES);
    data[2] =
        (byte)
            ((compatibleReservations ? 0x10 : 0)
                | (specifiedInitiators ? 0x08 : 0)
                | (allTargetPorts ? 0x04 : 0)
                | (persistCapable ? 0x01 : 0));
    data[3] =
        (byte) ((types.isEmpty() ? 0 : 0x80) | allowCommands << 4 | (persistActive ? 0x01 : 0));
    int mask = 0;
    for (ReservationType type : types) {
      mask |= maskOf(type);
    }
    put16(data, 4, mask);
    return data;
  }

  private static int maskOf(ReservationType type) {
    return type.code() == 8 ? 0x0001 : 0x0100 << type.code();
  }
}
