package io.multipath4j.block;

import java.util.List;

/**
 * What a device reported of its zones.
 *
 * @param zones in the order of their start; may be fewer than were asked for
 */
public record ZoneReport(List<Zone> zones) {

  /** Copies the zones. */
  public ZoneReport {
    zones = List.copyOf(zones);
  }
}
