package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.ScsiException;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.Sense;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reservations of a logical unit as SPC-5 5.14 has them, one registration per nexus name. */
final class FakeArray {

  final Map<String, Long> keys = new LinkedHashMap<>();
  @Nullable String holder;
  @Nullable ReservationType type;
  long generation;

  /** What a host elsewhere does: registers if need be, and removes a key. */
  void preemptAsForeigner(long victim) {
    keys.put("foreign", 0xFFL);
    generation++;
    preempt("foreign", victim, ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
  }

  void register(String nexus, long key, long newKey) throws ScsiException {
    check(keys.getOrDefault(nexus, 0L) == key);
    put(nexus, newKey);
  }

  void put(String nexus, long newKey) {
    if (newKey != 0) {
      keys.put(nexus, newKey);
    } else if (keys.remove(nexus) == null) {
      return;
    } else if (isHolder(nexus) && (!isAllRegistrants() || keys.isEmpty())) {
      release();
    }
    generation++;
  }

  void reserve(String nexus, long key, ReservationType wanted) throws ScsiException {
    authorize(nexus, key);
    check(type == null || (isHolder(nexus) && type == wanted));
    hold(nexus, wanted);
  }

  void release(String nexus, long key) throws ScsiException {
    authorize(nexus, key);
    if (isHolder(nexus)) {
      release();
    }
  }

  void clear(String nexus, long key) throws ScsiException {
    authorize(nexus, key);
    keys.clear();
    release();
    generation++;
  }

  void preempt(String nexus, long key, long victim, ReservationType wanted) throws ScsiException {
    authorize(nexus, key);
    check(victim == 0 || keys.containsValue(victim));
    preempt(nexus, victim, wanted);
  }

  private void preempt(String nexus, long victim, ReservationType wanted) {
    String held = holder;
    boolean takesOver =
        type != null
            && (isAllRegistrants() ? victim == 0 : held != null && keys.get(held) == victim);
    keys.entrySet()
        .removeIf(each ->
            (victim == 0 || each.getValue() == victim)
                && !(takesOver && each.getKey().equals(nexus)));
    if (takesOver) {
      hold(nexus, wanted);
    }
    generation++;
  }

  ReservationKeys readKeys() {
    return new ReservationKeys(generation, keys.values().stream().toList());
  }

  ReservationStatus readReservation() {
    String held = holder;
    return new ReservationStatus(generation, held == null ? 0 : keys.getOrDefault(held, 0L), type);
  }

  /** Tells whether a nexus may write. */
  boolean admits(String nexus) {
    ReservationType now = type;
    return now == null || (now.admitsRegistrants() ? keys.containsKey(nexus) : isHolder(nexus));
  }

  private boolean isAllRegistrants() {
    ReservationType now = type;
    return now != null && now.isAllRegistrants();
  }

  private boolean isHolder(String nexus) {
    return type != null && (isAllRegistrants() ? keys.containsKey(nexus) : nexus.equals(holder));
  }

  private void hold(String nexus, ReservationType wanted) {
    type = wanted;
    holder = wanted.isAllRegistrants() ? null : nexus;
  }

  private void release() {
    type = null;
    holder = null;
  }

  private void authorize(String nexus, long key) throws ScsiException {
    check(key != 0 && keys.getOrDefault(nexus, 0L) == key);
  }

  private static void check(boolean allowed) throws ScsiException {
    if (!allowed) {
      throw new ScsiException(
          "PERSISTENT RESERVE OUT: RESERVATION CONFLICT", BlockStatus.RESV_CONFLICT, Sense.NONE);
    }
  }
}
