package io.multipath4j.mpath.attach;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.scsi.multipath.HeadSnapshot;

/**
 * A disk that is served.
 *
 * @param disk what it is, and its paths at that moment
 * @param nbd where it is served, with the real port
 * @param wantedPaths how many paths were asked for
 */
public record ServedDisk(HeadSnapshot disk, Endpoint nbd, int wantedPaths) {

  /** Tells whether some of the paths are missing. */
  public boolean isDegraded() {
    return disk.paths().size() < wantedPaths;
  }
}
