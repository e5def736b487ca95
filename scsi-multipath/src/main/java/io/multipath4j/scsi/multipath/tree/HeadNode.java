package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.libmultipath.sysfs.MemberLinks;
import io.multipath4j.libmultipath.sysfs.ShownHead;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.sysfs.SysfsDevice;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.UeventAction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A head and its multipath disk in the tree. Loop thread; what is read, any thread. */
final class HeadNode implements ShownHead {

  private final ScsiMpathHead head;
  private final EventLoop loop;
  private final Places places;
  private final DeviceNumber number;
  private final SysfsDevice own;
  private final MemberLinks devices;

  /** Null while the disk is not live. */
  private @Nullable Disk disk;

  /** The class device of the disk, and the disk in it. */
  private record Disk(SysfsDevice own, SysfsDevice block, MemberLinks paths) {}

  HeadNode(ScsiMpathHead head, EventLoop loop, Places places) {
    this.head = head;
    this.loop = loop;
    this.places = places;
    this.number = DeviceNumber.ofDisk(head.diskIndex());
    String name = Integer.toString(head.index());
    this.own = SysfsDevice.create(places.headDevices(), name, places.classHead(), Map::of);
    own.linkFrom(places.classHead(), "scsi_mpath_device" + name);
    own.directory().addTable(DiskAttributes.HEAD, this);
    this.devices = new MemberLinks(own.directory());
    own.announce();
  }

  /** The disk is live. */
  void live() {
    String name = Integer.toString(head.index());
    SysfsDevice shown = SysfsDevice.create(places.diskDevices(), name, places.classDisk(), Map::of);
    shown.linkFrom(places.classDisk(), "scsi_mpath_disk" + name);
    SysfsDevice block =
        SysfsDevice.create(
            shown.directory(),
            head.diskName(),
            places.classBlock(),
            () -> number.properties(head.diskName()));
    block.linkFrom(places.block(), head.diskName());
    block.directory().addTable(DiskAttributes.MULTIPATH_DISK, this);
    block.directory().addLink("device", shown.directory());
    disk = new Disk(shown, block, new MemberLinks(block.directory()));
    shown.announce();
    block.announce();
  }

  /** Links to a path; to its disk only when this disk is there. */
  void addDeviceLink(String address, SysfsNode device) {
    devices.add(address, device);
  }

  void addPathLink(String name, SysfsNode hidden) {
    Disk now = disk;
    if (now != null) {
      now.paths().add(name, hidden);
    }
  }

  void removeLinks(String address, String name) {
    devices.remove(address);
    Disk now = disk;
    if (now != null) {
      now.paths().remove(name);
    }
  }

  boolean isLive() {
    return disk != null;
  }

  void resized() {
    send(Map.of("RESIZE", "1"));
  }

  /** Tells that a path failed or came back. */
  void pathEvent(String action, ScsiMpathDevice path) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("MPATH_ACTION", action);
    properties.put("MPATH_PATH", path.device().address().toString());
    properties.put("MPATH_PATH_NAME", path.mpath().disk().name());
    properties.put("MPATH_PATHS_LEFT", Long.toString(usablePaths()));
    properties.put("MPATH_WWID", head.idText());
    send(properties);
  }

  private void send(Map<String, String> properties) {
    Disk now = disk;
    if (now != null) {
      now.block().send(UeventAction.CHANGE, properties);
    }
  }

  private long usablePaths() {
    return head.mpath().snapshot().paths().stream()
        .filter(path -> path.state() == PathState.USABLE || path.state() == PathState.RESTING)
        .count();
  }

  void remove() {
    Disk now = disk;
    disk = null;
    if (now != null) {
      now.block().remove();
      now.own().remove();
    }
    own.remove();
  }

  String wwid() {
    return head.idText() + "\n";
  }

  DeviceNumber number() {
    return number;
  }

  MpathHead<ScsiMpathDevice> disk() {
    return head.mpath();
  }

  @Override
  public MpathHead<ScsiMpathDevice> mpathHead() {
    return head.mpath();
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  /** Returns a device that tells what all of them do. */
  Optional<ScsiDevice> anyDevice() {
    List<ScsiMpathDevice> paths = head.paths();
    return paths.isEmpty() ? Optional.empty() : Optional.of(paths.getFirst().device());
  }
}
