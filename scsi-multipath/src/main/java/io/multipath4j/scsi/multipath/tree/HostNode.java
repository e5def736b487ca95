package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.libmultipath.sysfs.LoopWrites;
import io.multipath4j.scsi.ScanPattern;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.TransportDescription.Session;
import io.multipath4j.scsi.TransportDescription.Value;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.sysfs.SysfsAttribute;
import io.multipath4j.sysfs.SysfsDevice;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.SysfsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host in the tree, with its session and target. Loop thread; what is read, any thread. */
final class HostNode {

  private static final SysfsTable<HostNode> ATTRIBUTES =
      SysfsTable.<HostNode>builder()
          .readOnly("can_queue", of -> of.host.transport().canQueue() + "\n")
          .readOnly("host_busy", of -> of.host.outstanding() + "\n")
          .readOnly("proc_name", of -> of.host.transport().description().driver() + "\n")
          .readOnly("state", of -> of.host.isClosed() ? "deleted\n" : "running\n")
          .readOnly("unique_id", of -> of.host.number() + "\n")
          .writeOnly("scan", HostNode::scan)
          .build();

  private final ScsiHost host;
  private final ScsiMultipath multipath;
  private final Places places;
  private final int sessionNumber;

  /** In the order of their making. */
  private final List<SysfsDevice> devices = new ArrayList<>();

  private final SysfsDirectory nexus;

  /**
   * Makes the directories.
   *
   * @param sessionNumber number of its session, from 1; 0 when it has none
   */
  HostNode(ScsiHost host, ScsiMultipath multipath, Places places, int sessionNumber) {
    this.host = host;
    this.multipath = multipath;
    this.places = places;
    this.sessionNumber = sessionNumber;
    String name = "host" + host.number();
    SysfsDirectory own =
        device(places.platform(), name, places.bus(), places.busDevices(), "DEVTYPE", "scsi_host");
    SysfsDevice shown =
        SysfsDevice.create(own.addDirectory("scsi_host"), name, places.classHost(), Map::of);
    shown.directory().addTable(ATTRIBUTES, this);
    shown.directory().addLink("device", own);
    devices.add(shown);
    Optional<Session> session = host.transport().description().session();
    this.nexus = session.isPresent() ? session(own, session.get()) : own;
    devices.forEach(SysfsDevice::announce);
  }

  private SysfsDirectory session(SysfsDirectory of, Session session) {
    String name = session.prefix() + sessionNumber;
    SysfsDirectory own = of.addDirectory(name);
    SysfsDevice shown =
        SysfsDevice.create(
            own.addDirectory(session.className()),
            name,
            places.classes().ensureDirectory(session.className()),
            Map::of);
    for (Value value : session.values()) {
      shown
          .directory()
          .addAttribute(SysfsAttribute.readOnly(value.name(), () -> value.text().get() + "\n"));
    }
    shown.directory().addLink("device", own);
    devices.add(shown);
    return own;
  }

  private SysfsDirectory device(
      SysfsDirectory parent,
      String name,
      SysfsDirectory subsystem,
      SysfsDirectory links,
      String key,
      String value) {
    SysfsDevice device =
        SysfsDevice.create(parent, name, subsystem, links, () -> Map.of(key, value));
    devices.add(device);
    return device.directory();
  }

  int sessionNumber() {
    return sessionNumber;
  }

  /** Returns the directory of a target; makes it with its first logical unit. */
  SysfsDirectory target(int channel, int id) {
    String name = "target" + host.number() + ":" + channel + ":" + id;
    SysfsNode known = nexus.child(name);
    if (known instanceof SysfsDirectory there) {
      return there;
    }
    SysfsDirectory made =
        device(nexus, name, places.bus(), places.busDevices(), "DEVTYPE", "scsi_target");
    devices.getLast().announce();
    return made;
  }

  /** Takes all of it away. */
  void remove() {
    devices.reversed().forEach(SysfsDevice::remove);
  }

  private void scan(String text) {
    ScanPattern pattern;
    try {
      pattern = ScanPattern.parse(text);
    } catch (IllegalArgumentException e) {
      throw SysfsException.invalid(e);
    }
    LoopWrites.start(multipath.loop(), () -> multipath.scan(host, pattern));
  }
}
