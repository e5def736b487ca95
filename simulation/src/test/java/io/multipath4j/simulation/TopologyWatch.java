package io.multipath4j.simulation;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.TopologyListener;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.Uevent;
import io.multipath4j.sysfs.UeventDelivery;
import io.multipath4j.sysfs.UeventSubscription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds what is told against what can be: nothing comes twice, nothing goes that is not there, and
 * what goes first is what came last. Remembers everything that ever was.
 */
final class TopologyWatch implements TopologyListener {

  final List<ScsiMpathHead> everyHead = new ArrayList<>();
  final List<ScsiDevice> everyDevice = new ArrayList<>();
  final List<ScsiHost> everyHost = new ArrayList<>();
  final List<ScsiMpathDevice> everyPath = new ArrayList<>();

  private final Trace trace;
  private final Set<Object> present = new HashSet<>();
  private final Set<String> announced = new HashSet<>();
  private final UeventSubscription uevents;
  private final UeventSubscription idle;

  /** Begins to watch. */
  TopologyWatch(Trace trace, SysfsTree tree) {
    this.trace = trace;
    this.uevents = tree.uevents().subscribe(this::readEvents);
    this.idle = tree.uevents().subscribe(() -> {});
  }

  /** Names what is still there; ends. */
  void close() {
    present.forEach(one -> trace.violation("never told to be gone: " + one));
    announced.forEach(path -> trace.violation("no uevent that it is gone: " + path));
    uevents.close();
    idle.close();
  }

  private void readEvents() {
    for (UeventDelivery one = uevents.poll(); one != null; one = uevents.poll()) {
      switch (one) {
        case Uevent event -> told(event);
        case UeventDelivery.Lost lost -> trace.violation("uevents lost: " + lost);
      }
    }
  }

  private void told(Uevent event) {
    String path = event.devpath();
    switch (event.action()) {
      case ADD -> trace.check(announced.add(path), "uevent add twice: " + path);
      case REMOVE -> trace.check(announced.remove(path), "uevent remove of nothing: " + path);
      default -> trace.check(announced.contains(path), event.action() + " of nothing: " + path);
    }
  }

  private void came(Object one) {
    trace.check(present.add(one), "told twice: " + one);
  }

  private void went(Object one) {
    trace.check(present.remove(one), "told to be gone, but was not there: " + one);
  }

  private void isThere(Object one) {
    trace.check(present.contains(one), "not there: " + one);
  }

  @Override
  public void hostAdded(ScsiHost host) {
    came(host);
    everyHost.add(host);
  }

  @Override
  public void hostRemoved(ScsiHost host) {
    went(host);
  }

  @Override
  public void deviceAdded(ScsiDevice device) {
    isThere(device.host());
    came(device);
    everyDevice.add(device);
  }

  @Override
  public void deviceRemoved(ScsiDevice device) {
    isThere(device.host());
    went(device);
  }

  @Override
  public void headAdded(ScsiMpathHead head) {
    came(head);
    everyHead.add(head);
  }

  @Override
  public void headLive(ScsiMpathHead head) {
    isThere(head);
  }

  @Override
  public void headResized(ScsiMpathHead head) {
    isThere(head);
  }

  @Override
  public void headRemoved(ScsiMpathHead head) {
    trace.check(head.paths().isEmpty(), head.diskName() + " was removed under its paths");
    went(head);
  }

  @Override
  public void pathAdded(ScsiMpathDevice path) {
    isThere(path.head());
    isThere(path.device());
    came(path);
    everyPath.add(path);
  }

  @Override
  public void pathFailed(ScsiMpathDevice path) {
    isThere(path);
  }

  @Override
  public void pathReinstated(ScsiMpathDevice path) {
    isThere(path);
  }

  @Override
  public void pathRemoved(ScsiMpathDevice path) {
    isThere(path.head());
    went(path);
  }
}
