package io.multipath4j.array.lu;

/**
 * How a host-managed zoned disk is divided (ZBC-2 4.4). The last zone is shorter when the size is
 * no multiple of the others.
 *
 * @param zoneBytes length of a zone, a multiple of the logical block
 * @param conventionalZones how many zones at the start are written in any order
 * @param maxOpenZones most zones that are open at a time, 1 or more
 * @param unrestrictedReads URSWRZ: reads may cross zones, and zeroes are read where nothing was
 *     written; else that is refused
 */
public record ZoneLayout(
    long zoneBytes, int conventionalZones, int maxOpenZones, boolean unrestrictedReads) {

  /** Most zones of a disk. */
  public static final int MAX_ZONES = 65_536;

  /** Checks the numbers. */
  public ZoneLayout {
    if (zoneBytes < 1 || conventionalZones < 0 || maxOpenZones < 1) {
      throw new IllegalArgumentException(
          "zones of %d bytes, %d conventional, %d open: expected at least 1, 0 and 1"
              .formatted(zoneBytes, conventionalZones, maxOpenZones));
    }
  }

  /** Returns how many zones a disk of a size has; checks that the layout suits it. */
  int zonesOf(long sizeBytes, int blockSize) {
    long zones = (sizeBytes + zoneBytes - 1) / zoneBytes;
    if (zoneBytes % blockSize != 0 || zones > MAX_ZONES || conventionalZones > zones) {
      throw new IllegalArgumentException(
          "%d conventional zones of %d bytes do not suit a disk of %d bytes in blocks of %d, which"
                  .formatted(conventionalZones, zoneBytes, sizeBytes, blockSize)
              + " has at most "
              + MAX_ZONES
              + " zones");
    }
    return (int) zones;
  }
}
