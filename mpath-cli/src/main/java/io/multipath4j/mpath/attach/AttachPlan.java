package io.multipath4j.mpath.attach;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.util.List;

/**
 * What to attach, and where to serve it.
 *
 * @param paths one or more
 * @param multipath how paths become one disk
 * @param keepTrying keep trying when no path can be attached at first
 * @param exportName name of the NBD export; empty for the default export
 * @param nbd where to serve
 * @param allowRemote permits an address that other hosts reach
 * @param readOnly refuse writes
 */
public record AttachPlan(
    List<PathPlan> paths,
    ScsiMultipathConfig multipath,
    boolean keepTrying,
    String exportName,
    Endpoint nbd,
    boolean allowRemote,
    boolean readOnly) {

  /** Copies the paths. */
  public AttachPlan {
    paths = List.copyOf(paths);
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("an attachment without paths");
    }
  }
}
