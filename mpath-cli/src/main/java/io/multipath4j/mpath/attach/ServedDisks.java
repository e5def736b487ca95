package io.multipath4j.mpath.attach;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.PlainDisk;
import java.util.List;

/**
 * Disks that are served, at least one.
 *
 * @param disks multipath disks, and their paths at that moment
 * @param plain disks that are not multipathed
 * @param nbd where they are served, with the real port
 * @param wantedPaths how many paths to each disk were asked for
 */
public record ServedDisks(
    List<HeadSnapshot> disks, List<PlainDisk.Snapshot> plain, Endpoint nbd, int wantedPaths) {

  /** Copies the disks. */
  public ServedDisks {
    disks = List.copyOf(disks);
    plain = List.copyOf(plain);
  }

  /** Returns the first multipath disk. */
  public HeadSnapshot first() {
    return disks.getFirst();
  }
}
