package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.MultipathEvent.Kind;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Words the events of paths, each failure and each return once, and tells the listener. */
final class PathEvents {

  private static final System.Logger LOG = System.getLogger(PathEvents.class.getName());

  private final MultipathListener listener;
  private final TopologyListener topology;

  PathEvents(MultipathListener listener, TopologyListener topology) {
    this.listener = listener;
    this.topology = topology;
  }

  void added(ScsiMpathDevice path) {
    List<ScsiMpathDevice> paths = path.head().paths();
    tell(Kind.PATH_ADDED, path, "added: " + path.label() + " (" + count(paths.size()) + ")");
    tellTopology(path, topology::pathAdded);
  }

  void removed(ScsiMpathDevice path) {
    int left = path.head().paths().size();
    long delaySecs = path.head().mpath().life().delayedRemovalSecs();
    String last =
        delaySecs == 0 ? "it was the last" : "it was the last; the disk stays " + delaySecs + " s";
    tell(
        Kind.PATH_REMOVED,
        path,
        "removed: " + path.label() + " (" + (left == 0 ? last : count(left)) + ")");
    topology.pathRemoved(path);
  }

  /** A disk was removed because no path came back to it in time. */
  void expired(ScsiMpathHead head) {
    String name = head.diskName();
    tell(
        new MultipathEvent(
            Kind.DISK_REMOVED, name, "", name + ": removed, because no path came back in time"));
  }

  /** Says once if the paths of a disk do not agree about its size. */
  void sizes(ScsiMpathHead head) {
    List<ScsiMpathDevice> sized =
        head.paths().stream().filter(path -> path.isSized() && path.swapped().isEmpty()).toList();
    long different =
        sized.stream().mapToLong(path -> path.mpath().disk().capacityBytes()).distinct().count();
    String sizes =
        different < 2
            ? ""
            : sized.stream()
                .map(path -> path.mpath().disk())
                .map(disk -> disk.name() + " " + disk.capacityBytes() + " bytes")
                .collect(Collectors.joining(", "));
    if (head.reportSizes(sizes) || sizes.isEmpty()) {
      return;
    }
    String name = head.diskName();
    tell(
        new MultipathEvent(
            Kind.SIZES_DIFFER,
            name,
            "",
            name
                + ": its paths tell different sizes: "
                + sizes
                + "; it stays at "
                + head.mpath().capacityBytes()
                + " bytes until they agree"));
  }

  /** A device was not let in. */
  void refused(ScsiDevice device, String disk, String reason) {
    tell(new MultipathEvent(Kind.PATH_REFUSED, disk, ScsiMpathDevice.label(device), reason));
  }

  /** Another logical unit answers where a path was. */
  void swapped(ScsiMpathDevice path) {
    tell(
        Kind.PATH_REFUSED,
        path,
        "refused: another logical unit answers at "
            + path.label()
            + ": "
            + path.swapped()
            + "; it is not used any more. Correct the mapping on the target, then set the path"
            + " running");
  }

  /** Another host has taken a disk away from this one. */
  void preempted(String disk, String text) {
    tell(new MultipathEvent(Kind.HOST_PREEMPTED, disk, "", text));
  }

  /** The state of a path that is on its head's list has changed, or may have. */
  void stateChanged(ScsiMpathDevice path) {
    boolean failed = !path.isWorking();
    if (path.reportFailed(failed) == failed) {
      return;
    }
    String working = working(path.head().paths());
    if (failed) {
      tell(Kind.PATH_FAILED, path, "failed: " + path.label() + ": " + path.why() + working);
      tellTopology(path, topology::pathFailed);
    } else {
      tell(Kind.PATH_REINSTATED, path, "is back: " + path.label() + working);
      tellTopology(path, topology::pathReinstated);
    }
  }

  private static String working(List<ScsiMpathDevice> paths) {
    long working = paths.stream().filter(ScsiMpathDevice::isWorking).count();
    return " (" + working + " of " + count(paths.size()) + " working)";
  }

  private static String count(int paths) {
    return paths == 1 ? "1 path" : paths + " paths";
  }

  private void tell(Kind kind, ScsiMpathDevice path, String what) {
    String disk = path.head().diskName();
    tell(
        new MultipathEvent(
            kind, disk, path.label(), disk + ": path " + path.mpath().disk().name() + " " + what));
  }

  /** The listener may have removed the path, which has been told then. */
  private static void tellTopology(ScsiMpathDevice path, Consumer<ScsiMpathDevice> what) {
    if (!path.isRemoved()) {
      what.accept(path);
    }
  }

  /** What a path does must not depend on who listens. */
  private void tell(MultipathEvent event) {
    try {
      listener.happened(event);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the listener to events threw: " + event.text(), e);
    }
  }
}
