package io.multipath4j.mpath.attach;

import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.reactor.Endpoint;
import java.util.List;

/**
 * What to attach, and where to serve it.
 *
 * @param paths one or more
 * @param initiator how
 * @param exportName name of the NBD export of the first disk when all paths name a logical unit;
 *     empty for the default export. Other disks are exported under their own names
 * @param nbd where to serve
 * @param allowRemote permits an address that other hosts reach
 * @param readOnly refuse writes
 */
public record AttachPlan(
    List<IscsiPath> paths,
    InitiatorConfig initiator,
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

  /** Tells whether there is one disk that everybody knows beforehand. */
  boolean namesOneDisk() {
    return paths.stream().allMatch(path -> path.lun().isPresent());
  }
}
