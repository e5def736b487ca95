package io.multipath4j.iscsi;

import java.util.List;

/**
 * A target that a discovery named (RFC 7143 appendix C).
 *
 * @param name its iSCSI name
 * @param addresses its portals; the portal of the discovery itself when the target named none
 */
public record DiscoveredTarget(String name, List<TargetAddress> addresses) {

  /** Copies the list. */
  public DiscoveredTarget {
    addresses = List.copyOf(addresses);
  }
}
