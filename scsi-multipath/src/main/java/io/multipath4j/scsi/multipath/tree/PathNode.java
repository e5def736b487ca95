package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.MpathDevice;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.sysfs.ShownPath;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.sysfs.SysfsDevice;
import java.util.Map;
import java.util.Optional;

/**
 * The hidden disk of a path in the tree: it has no number and no events of its own. Loop thread;
 * what is read, any thread.
 */
final class PathNode implements ShownPath {

  private final ScsiMpathDevice path;
  private final HeadNode head;
  private final SysfsDevice own;

  PathNode(ScsiMpathDevice path, HeadNode head, DeviceNode device, Places places) {
    this.path = path;
    this.head = head;
    String name = name();
    this.own =
        SysfsDevice.create(
            device.block(), name, places.classBlock(), () -> Map.of("DEVTYPE", "disk"));
    own.silence();
    own.linkFrom(places.block(), name);
    own.directory().addTable(DiskAttributes.PATH_DISK, this);
    own.directory().addLink("device", device.directory());
    head.addDeviceLink(address(), device.directory());
    link();
  }

  /** Links the multipath disk to it, when that is there. */
  void link() {
    head.addPathLink(name(), own.directory());
  }

  void remove() {
    head.removeLinks(address(), name());
    own.remove();
  }

  private String name() {
    return path.mpath().disk().name();
  }

  private String address() {
    return path.device().address().toString();
  }

  DeviceNumber diskNumber() {
    return head.number();
  }

  BlockDevice disk() {
    return path.mpath().disk();
  }

  Optional<ScsiDevice> device() {
    return Optional.of(path.device());
  }

  @Override
  public MpathHead<?> mpathHead() {
    return head.mpathHead();
  }

  @Override
  public MpathDevice<?> mpathDevice() {
    return path.mpath();
  }

  @Override
  public EventLoop loop() {
    return head.loop();
  }
}
