package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u32;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameter data of PERSISTENT RESERVE IN, READ KEYS (SPC-5 6.15.2): generation, length, keys.
 *
 * @param generation counts changes, 0 to 2^32 - 1
 * @param keys one per registered nexus; several may share a key
 */
public record ReservationKeys(long generation, List<Long> keys) {

  private static final int HEADER_BYTES = 8;

  /** Makes the list immutable. */
  public ReservationKeys {
    keys = List.copyOf(keys);
  }

  /** Reads the data; all of it must be here. */
  public static ReservationKeys decode(byte[] reply) throws MalformedDataException {
    int end = PersistentReserve.listEnd(reply, 4, "READ KEYS data");
    if (end % 8 != 0) {
      throw new MalformedDataException("READ KEYS data of " + end + " bytes end amid a key");
    }
    List<Long> keys = new ArrayList<>();
    for (int at = HEADER_BYTES; at < end; at += 8) {
      keys.add(i64(reply, at));
    }
    return new ReservationKeys(u32(reply, 0), keys);
  }

  /** Returns the data. */
  public byte[] encode() {
    byte[] data = new byte[HEADER_BYTES + 8 * keys.size()];
    put32(data, 0, (int) generation);
    put32(data, 4, 8 * keys.size());
    for (int i = 0; i < keys.size(); i++) {
      put64(data, HEADER_BYTES + 8 * i, keys.get(i));
    }
    return data;
  }
}
