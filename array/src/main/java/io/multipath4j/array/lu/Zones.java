package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The zones of a host-managed disk, with their write pointers and conditions (ZBC-2 4.4). They live
 * as long as the array runs: a restart finds all zones empty. Loop thread.
 */
final class Zones {

  private static final byte EMPTY = ZoneDescriptor.EMPTY;
  private static final byte IMPLICIT = ZoneDescriptor.IMPLICITLY_OPENED;
  private static final byte EXPLICIT = ZoneDescriptor.EXPLICITLY_OPENED;
  private static final byte CLOSED = ZoneDescriptor.CLOSED;
  private static final byte FULL = ZoneDescriptor.FULL;

  private final ZoneLayout layout;
  private final long zoneBlocks;
  private final long blockCount;
  private final byte[] conditions;
  private final long[] writePointers;
  private int implicitlyOpen;
  private int explicitlyOpen;

  Zones(ZoneLayout layout, long sizeBytes, int blockSize) {
    this.layout = layout;
    zoneBlocks = layout.zoneBytes() / blockSize;
    blockCount = sizeBytes / blockSize;
    conditions = new byte[layout.zonesOf(sizeBytes, blockSize)];
    writePointers = new long[conditions.length];
    for (int zone = 0; zone < conditions.length; zone++) {
      conditions[zone] = isConventional(zone) ? ZoneDescriptor.NOT_WRITE_POINTER : EMPTY;
      writePointers[zone] = start(zone);
    }
  }

  int count() {
    return conditions.length;
  }

  ZoneLayout layout() {
    return layout;
  }

  boolean isConventional(int zone) {
    return zone < layout.conventionalZones();
  }

  long start(int zone) {
    return zone * zoneBlocks;
  }

  private long end(int zone) {
    return Math.min(blockCount, start(zone) + zoneBlocks);
  }

  /** Returns how many blocks of a zone were written. */
  long written(int zone) {
    return writePointers[zone] - start(zone);
  }

  int zoneOf(long lba) {
    return (int) (lba / zoneBlocks);
  }

  // ---- Reads and writes

  /** Returns what a read within the medium meets, NO_SENSE when it may go on (ZBC-2 4.4.3.4). */
  int checkRead(long lba, long blocks) {
    if (blocks == 0 || layout.unrestrictedReads()) {
      return Condition.NO_SENSE;
    }
    int first = zoneOf(lba);
    int last = zoneOf(lba + blocks - 1);
    if (isConventional(first) && isConventional(last)) {
      return Condition.NO_SENSE;
    }
    if (first != last) {
      return Condition.READ_BOUNDARY_VIOLATION;
    }
    boolean written = conditions[first] == FULL || lba + blocks <= writePointers[first];
    return written ? Condition.NO_SENSE : Condition.ATTEMPT_TO_READ_INVALID_DATA;
  }

  /**
   * Prepares for a write within the medium: checks it against the write pointer, and opens its zone
   * (ZBC-2 4.4.3.4.3).
   *
   * @return what it meets, NO_SENSE when it may go on; then call {@link #wrote}
   */
  int beginWrite(long lba, long blocks) {
    if (blocks == 0) {
      return Condition.NO_SENSE;
    }
    int first = zoneOf(lba);
    int last = zoneOf(lba + blocks - 1);
    if (isConventional(first)) {
      return isConventional(last) ? Condition.NO_SENSE : Condition.WRITE_BOUNDARY_VIOLATION;
    }
    if (first != last) {
      return Condition.WRITE_BOUNDARY_VIOLATION;
    }
    if (conditions[first] == FULL) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    if (lba != writePointers[first]) {
      return Condition.UNALIGNED_WRITE_COMMAND;
    }
    if (conditions[first] == EMPTY || conditions[first] == CLOSED) {
      if (!makeRoomToOpen()) {
        return Condition.INSUFFICIENT_ZONE_RESOURCES;
      }
      become(first, IMPLICIT);
    }
    return Condition.NO_SENSE;
  }

  /** Moves the write pointer over blocks that were written. */
  void wrote(long lba, long blocks) {
    int zone = zoneOf(lba);
    if (blocks > 0 && !isConventional(zone)) {
      writePointers[zone] = lba + blocks;
      if (writePointers[zone] == end(zone)) {
        become(zone, FULL);
      }
    }
  }

  // ---- Zone actions

  /** OPEN ZONE (ZBC-2 5.5) of one zone with a write pointer. */
  int open(int zone) {
    byte condition = conditions[zone];
    if (condition == EXPLICIT || condition == FULL) {
      return Condition.NO_SENSE;
    }
    if (condition != IMPLICIT && !makeRoomToOpen()) {
      return Condition.INSUFFICIENT_ZONE_RESOURCES;
    }
    become(zone, EXPLICIT);
    return Condition.NO_SENSE;
  }

  /** OPEN ZONE of all that are closed: of all, or of none. */
  int openAll() {
    int[] closed = IntStream.range(0, conditions.length).filter(this::isClosed).toArray();
    if (explicitlyOpen + closed.length > layout.maxOpenZones()) {
      return Condition.INSUFFICIENT_ZONE_RESOURCES;
    }
    for (int zone : closed) {
      makeRoomToOpen();
      become(zone, EXPLICIT);
    }
    return Condition.NO_SENSE;
  }

  /** CLOSE ZONE (ZBC-2 5.3). */
  void close(int zone) {
    if (isOpen(zone)) {
      become(zone, writePointers[zone] == start(zone) ? EMPTY : CLOSED);
    }
  }

  /** FINISH ZONE (ZBC-2 5.4). */
  void finish(int zone) {
    become(zone, FULL);
    writePointers[zone] = end(zone);
  }

  /** RESET WRITE POINTER (ZBC-2 5.12); the caller discards what was written. */
  void reset(int zone) {
    become(zone, EMPTY);
    writePointers[zone] = start(zone);
  }

  boolean isOpen(int zone) {
    return conditions[zone] == IMPLICIT || conditions[zone] == EXPLICIT;
  }

  boolean isClosed(int zone) {
    return conditions[zone] == CLOSED;
  }

  /** Closes an implicitly open zone when no more may be open; tells whether one may be opened. */
  private boolean makeRoomToOpen() {
    if (implicitlyOpen + explicitlyOpen < layout.maxOpenZones()) {
      return true;
    }
    for (int zone = 0; zone < conditions.length && implicitlyOpen > 0; zone++) {
      if (conditions[zone] == IMPLICIT) {
        close(zone);
        return true;
      }
    }
    return false;
  }

  private void become(int zone, byte condition) {
    count(conditions[zone], -1);
    conditions[zone] = condition;
    count(condition, 1);
  }

  private void count(byte condition, int change) {
    if (condition == IMPLICIT) {
      implicitlyOpen += change;
    } else if (condition == EXPLICIT) {
      explicitlyOpen += change;
    }
  }

  // ---- Report

  /**
   * Returns the zones from one on that the reporting options ask for (ZBC-2 5.11).
   *
   * @param most how many descriptors fit the reply
   * @param partial the announced length counts only these
   */
  ZoneList report(int from, int options, boolean partial, long most) {
    List<ZoneDescriptor> zones = new ArrayList<>();
    long matching = 0;
    for (int zone = from; zone < conditions.length; zone++) {
      if (matches(conditions[zone], options)) {
        matching++;
        if (zones.size() < most) {
          zones.add(describe(zone));
        }
      }
    }
    long counted = partial ? zones.size() : matching;
    return new ZoneList(counted * ZoneDescriptor.BYTES, same(), blockCount - 1, zones);
  }

  /** Tells whether reporting options are such that the standard has; those of flags match none. */
  static boolean areReportingOptions(int options) {
    return options <= ZoneList.ONLY_OFFLINE
        || options == ZoneList.ONLY_RESET_RECOMMENDED
        || options == ZoneList.ONLY_NON_SEQUENTIAL
        || options == ZoneList.ONLY_NOT_WRITE_POINTER;
  }

  private static boolean matches(byte condition, int options) {
    return switch (options) {
      case ZoneList.ALL -> true;
      case ZoneList.ONLY_EMPTY -> condition == EMPTY;
      case ZoneList.ONLY_IMPLICITLY_OPENED -> condition == IMPLICIT;
      case ZoneList.ONLY_EXPLICITLY_OPENED -> condition == EXPLICIT;
      case ZoneList.ONLY_CLOSED -> condition == CLOSED;
      case ZoneList.ONLY_FULL -> condition == FULL;
      case ZoneList.ONLY_NOT_WRITE_POINTER -> condition == ZoneDescriptor.NOT_WRITE_POINTER;
      default -> false;
    };
  }

  private ZoneDescriptor describe(int zone) {
    boolean pointer = !isConventional(zone) && conditions[zone] != FULL;
    return new ZoneDescriptor(
        isConventional(zone)
            ? ZoneDescriptor.CONVENTIONAL
            : ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED,
        conditions[zone],
        false,
        false,
        end(zone) - start(zone),
        start(zone),
        pointer ? writePointers[zone] : ZoneDescriptor.NO_WRITE_POINTER);
  }

  private int same() {
    boolean oneLength = blockCount % zoneBlocks == 0;
    boolean oneType = !isConventional(0) || isConventional(conditions.length - 1);
    if (oneType) {
      return oneLength ? 1 : 2;
    }
    return oneLength ? 3 : 0;
  }
}
