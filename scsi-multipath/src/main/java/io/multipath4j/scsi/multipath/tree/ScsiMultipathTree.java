package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.multipath.PlainDisk;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.TopologyListener;
import io.multipath4j.sysfs.SysfsTree;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills an attribute tree with what a {@link ScsiMultipath} has, and keeps it so. Made and closed
 * on the loop; the tree itself is for any thread, see {@link SysfsTree}.
 */
public final class ScsiMultipathTree implements AutoCloseable {

  private final ScsiMultipath multipath;
  private final Places places;
  private final Watch watch = new Watch();
  private final Map<ScsiHost, HostNode> hosts = new HashMap<>();
  private final Map<ScsiDevice, DeviceNode> devices = new HashMap<>();
  private final Map<ScsiMpathHead, HeadNode> heads = new HashMap<>();
  private final Map<ScsiMpathDevice, PathNode> paths = new HashMap<>();
  private final Map<PlainDisk, PlainNode> plainDisks = new HashMap<>();

  /** The numbers of sessions that are taken, from 1; 0 stands for no session. */
  private final BitSet sessions = new BitSet();

  private ScsiMultipathTree(SysfsTree tree, ScsiMultipath multipath) {
    this.multipath = multipath;
    this.places = Places.in(tree);
  }

  /**
   * Puts everything that is there into a tree, and whatever comes later. To be called on the loop.
   *
   * @param tree without any of the directories that this makes
   */
  public static ScsiMultipathTree of(SysfsTree tree, ScsiMultipath multipath) {
    ScsiMultipathTree filled = new ScsiMultipathTree(tree, multipath);
    filled.begin();
    return filled;
  }

  private void begin() {
    places.parameters().addTable(ModuleParameters.TABLE, multipath.parameters());
    for (ScsiHost host : multipath.hosts()) {
      watch.hostAdded(host);
      host.devices().forEach(watch::deviceAdded);
    }
    for (ScsiMpathHead head : multipath.mpathHeads()) {
      watch.headAdded(head);
      head.paths().forEach(watch::pathAdded);
      if (head.mpath().isLive()) {
        watch.headLive(head);
      }
    }
    multipath.plainDisks().forEach(watch::plainDiskAdded);
    multipath.addTopologyListener(watch);
  }

  /** Stops following; the tree stays as it is. To be called on the loop. */
  @Override
  public void close() {
    multipath.removeTopologyListener(watch);
  }

  /** Returns a device's node; a path may be of a host that nobody has named yet. */
  private DeviceNode node(ScsiDevice device) {
    if (!hosts.containsKey(device.host())) {
      multipath.addHost(device.host());
    }
    watch.hostAdded(device.host());
    watch.deviceAdded(device);
    DeviceNode node = devices.get(device);
    if (node == null) {
      throw new IllegalStateException(device + " is not in the tree");
    }
    return node;
  }

  private final class Watch implements TopologyListener {

    @Override
    public void hostAdded(ScsiHost host) {
      if (!hosts.containsKey(host)) {
        boolean hasSession = host.transport().description().session().isPresent();
        int session = hasSession ? sessions.nextClearBit(1) : 0;
        sessions.set(session);
        hosts.put(host, new HostNode(host, multipath, places, session));
      }
    }

    @Override
    public void hostRemoved(ScsiHost host) {
      HostNode node = hosts.remove(host);
      if (node != null) {
        sessions.clear(node.sessionNumber());
        node.remove();
      }
    }

    @Override
    public void deviceAdded(ScsiDevice device) {
      HostNode host = hosts.get(device.host());
      if (host != null && !devices.containsKey(device)) {
        devices.put(device, new DeviceNode(device, multipath, host, places));
      }
    }

    @Override
    public void deviceRemoved(ScsiDevice device) {
      DeviceNode node = devices.remove(device);
      if (node != null) {
        node.remove();
      }
    }

    @Override
    public void headAdded(ScsiMpathHead head) {
      heads.put(head, new HeadNode(head, multipath.loop(), places));
    }

    @Override
    public void headLive(ScsiMpathHead head) {
      HeadNode node = heads.get(head);
      if (node != null && !node.isLive()) {
        node.live();
        for (ScsiMpathDevice path : head.paths()) {
          @Nullable PathNode known = paths.get(path);
          if (known != null) {
            known.link();
          }
        }
      }
    }

    @Override
    public void headResized(ScsiMpathHead head) {
      HeadNode node = heads.get(head);
      if (node != null) {
        node.resized();
      }
    }

    @Override
    public void headRemoved(ScsiMpathHead head) {
      HeadNode node = heads.remove(head);
      if (node != null) {
        node.remove();
      }
    }

    @Override
    public void pathAdded(ScsiMpathDevice path) {
      HeadNode head = heads.get(path.head());
      if (head != null) {
        paths.put(path, new PathNode(path, head, node(path.device()), places));
      }
    }

    @Override
    public void pathRemoved(ScsiMpathDevice path) {
      PathNode node = paths.remove(path);
      if (node != null) {
        node.remove();
      }
    }

    @Override
    public void pathFailed(ScsiMpathDevice path) {
      tell("PATH_FAILED", path);
    }

    @Override
    public void pathReinstated(ScsiMpathDevice path) {
      tell("PATH_REINSTATED", path);
    }

    private void tell(String action, ScsiMpathDevice path) {
      HeadNode head = heads.get(path.head());
      if (head != null) {
        head.pathEvent(action, path);
      }
    }

    @Override
    public void plainDiskAdded(PlainDisk disk) {
      plainDisks.put(disk, new PlainNode(disk, node(disk.device()), places));
    }

    @Override
    public void plainDiskRemoved(PlainDisk disk) {
      PlainNode node = plainDisks.remove(disk);
      if (node != null) {
        node.remove();
      }
    }
  }
}
