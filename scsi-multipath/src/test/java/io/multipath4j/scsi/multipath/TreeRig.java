package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.Uevent;
import io.multipath4j.sysfs.UeventStream;
import io.multipath4j.sysfs.UeventSubscription;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** The machine of the cover letter: disk sdc, over hosts 8 and 9; and the tree that shows it. */
final class TreeRig {

  static final String WWID = "naa.600140505200a986f0043c9afa1fd077";

  private Instant now = Instant.parse("2026-02-25T11:58:00Z");
  final Rig rig;
  final UeventStream uevents = new UeventStream(() -> now, 256);
  final UeventSubscription events = uevents.subscribe(() -> {});
  final SysfsTree tree = new SysfsTree(() -> now, uevents);
  final FakeLogicalUnit unit = new FakeLogicalUnit();
  final List<Rig.Path> paths = new ArrayList<>();
  final ScsiMultipathTree shown;

  TreeRig() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, false));
    shown = ScsiMultipathTree.of(tree, rig.multipath);
    unit.identifiedBy(FakeLogicalUnit.naa("600140505200a986f0043c9afa1fd077"));
  }

  /** Two ordinary disks, then one with two paths. */
  static TreeRig ofTheCoverLetter() {
    TreeRig rig = new TreeRig();
    for (int host = 0; host < 2; host++) {
      FakeLogicalUnit plain = new FakeLogicalUnit().identifiedBy();
      rig.add(host, new FakeTransport("local" + host, rig.rig.loop, plain));
    }
    rig.paths.clear();
    rig.addPath(8);
    rig.addPath(9);
    return rig;
  }

  void addPath(int host) {
    add(host, new FakeTransport("iqn.t at " + host, rig.loop, unit).withSession());
  }

  void add(int hostNumber, FakeTransport transport) {
    ScsiHost host = new ScsiHost(hostNumber, transport, rig.loop, Rig.TIMEOUTS);
    Rig.Path path = new Rig.Path(transport, host, rig.await(host.probe(0)));
    rig.add(path);
    paths.add(path);
  }

  void at(String instant) {
    now = Instant.parse(instant);
  }

  String ls(String path) {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    tree.longListing(path, ZoneOffset.UTC, lines::add);
    return lines.toString();
  }

  List<String> names(String path) {
    return tree.list(path).stream().map(SysfsNode::name).toList();
  }

  String cat(String path) {
    return tree.readAttribute(path);
  }

  void refused(SysfsErrno errno, Runnable operation) {
    assertThatExceptionOfType(SysfsException.class)
        .isThrownBy(operation::run)
        .satisfies(e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno));
  }

  /** Returns the events since the last call, as {@code add /block/sda} with what they say. */
  List<Uevent> newEvents() {
    List<Uevent> all = new ArrayList<>();
    while (events.poll() instanceof Uevent event) {
      all.add(event);
    }
    return all;
  }

  List<String> newEventTexts() {
    return newEvents().stream()
        .map(event -> event.action().word() + " " + event.devpath())
        .toList();
  }
}
