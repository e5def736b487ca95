package io.multipath4j.sysfs;

import static io.multipath4j.sysfs.SysfsErrno.EEXIST;
import static io.multipath4j.sysfs.SysfsErrno.EINVAL;
import static io.multipath4j.sysfs.SysfsErrno.ENODEV;
import static io.multipath4j.sysfs.SysfsErrno.ENOENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysfsDeviceTest {
  private static final String UUID = "fe4d7c9d-b8c6-4a70-9ef1-3d8a58d18eed";

  private final TestClock clock = new TestClock();
  private final UeventStream uevents = new UeventStream(clock, 64);
  private final SysfsTree tree = new SysfsTree(clock, uevents);
  private final UeventSubscription events = uevents.subscribe(() -> {});
  private final SysfsDirectory parent = tree.root().ensureDirectory("devices/virtual/disk");
  private final SysfsDirectory disks = tree.root().ensureDirectory("class/disk");
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final SysfsDevice device = SysfsDevice.create(parent, "0", disks, () -> properties);

  @Test
  void hasThePartsOfEveryDevice() {
    assertThat(tree.list("/class/disk/0"))
        .extracting(SysfsNode::name)
        .containsExactly("power", "subsystem", "uevent");
    assertThat(tree.readLink("/class/disk/0/subsystem")).isEqualTo("../../../../class/disk");
    assertThat(tree.readLink("/class/disk/0")).isEqualTo("../../devices/virtual/disk/0");
    assertThat(tree.stat("/class/disk/0/uevent", true).permissions()).isEqualTo(0644);
    assertThat(tree.readAttribute("/class/disk/0/power/runtime_status")).isEqualTo("unsupported\n");
  }

  @Test
  void aSilencedDeviceTellsNothing() {
    device.silence();
    device.announce();
    tree.writeAttribute("/class/disk/0/uevent", "change");
    device.remove();
    assertThat(events.poll()).isNull();
  }

  @Test
  void tellsThatItCameAndWent() {
    assertThat(events.poll()).isNull();
    device.announce();
    assertThat(event().environment())
        .containsExactly(
            "ACTION=add", "DEVPATH=/devices/virtual/disk/0", "SUBSYSTEM=disk", "SEQNUM=1");
    assertThat(device.remove()).isTrue();
    assertThat(device.remove()).isFalse();
    assertThat(event().environment())
        .containsExactly(
            "ACTION=remove", "DEVPATH=/devices/virtual/disk/0", "SUBSYSTEM=disk", "SEQNUM=2");
    assertThat(events.poll()).isNull();
  }

  @Test
  void eventsCarryWhatTheUeventAttributeShows() {
    properties.put("MAJOR", "8");
    properties.put("MINOR", "32");
    assertThat(tree.readAttribute("/class/disk/0/uevent")).isEqualTo("MAJOR=8\nMINOR=32\n");
    device.send(UeventAction.CHANGE, Map.of("RESIZE", "1"));
    assertThat(event().properties().keySet()).containsExactly("RESIZE", "MAJOR", "MINOR");
  }

  @Test
  void writingAnActionSendsASyntheticEvent() {
    for (String action : List.of("add", "change\n", "remove", "move", "online", "offline")) {
      tree.writeAttribute("/class/disk/0/uevent", action);
      Uevent event = event();
      assertThat(event.action().word()).isEqualTo(action.strip());
      assertThat(event.properties()).isEqualTo(Map.of("SYNTH_UUID", "0"));
    }
  }

  @Test
  void syntheticEventMayCarryAUuidAndArguments() {
    tree.writeAttribute("/class/disk/0/uevent", "change " + UUID + " A=1 B2=abc\n");
    assertThat(event().environment())
        .containsSubsequence(
            "ACTION=change", "SYNTH_UUID=" + UUID, "SYNTH_ARG_A=1", "SYNTH_ARG_B2=abc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "ad",
        "adds",
        "ADD",
        " add",
        "add ",
        "add\n\n",
        "add x",
        "add " + UUID + " A",
        "add " + UUID + " A=",
        "add " + UUID + " =1",
        "add " + UUID + "  A=1",
        "add " + UUID + " A=b_c",
        "add " + UUID + " "
      })
  void otherTextsAreRefusedAndSendNothing(String text) {
    Refusal.of(EINVAL, () -> tree.writeAttribute("/class/disk/0/uevent", text));
    assertThat(events.poll()).isNull();
  }

  @Test
  void linksThatLeadToItGoWithIt() {
    SysfsDirectory block = tree.root().ensureDirectory("block");
    device.linkFrom(block, "sdc");
    device.linkFrom(disks, "disk0");
    assertThat(tree.readLink("/block/sdc")).isEqualTo("../devices/virtual/disk/0");
    device.remove();
    assertThat(tree.list("/block")).isEmpty();
    assertThat(tree.list("/class/disk")).isEmpty();
    Refusal.of(ENOENT, () -> tree.lookup("/devices/virtual/disk/0", true));
    Refusal.of(ENODEV, () -> device.linkFrom(block, "sdc"));
  }

  @Test
  void deviceWhoseNameIsTakenInItsClassLeavesNothingBehind() {
    SysfsDirectory elsewhere = tree.root().ensureDirectory("devices/platform");
    Refusal.of(EEXIST, () -> SysfsDevice.create(elsewhere, "0", disks, Map::of));
    assertThat(elsewhere.children()).isEmpty();
    Refusal.of(EEXIST, () -> SysfsDevice.create(parent, "0", disks, Map::of));
    assertThat(tree.lookup("/class/disk/0", true)).isSameAs(device.directory());
  }

  @Test
  void deviceMayRemoveItselfFromAnAttribute() {
    device.directory().addAttribute(SysfsAttribute.writeOnly("delete", text -> device.remove()));
    tree.writeAttribute("/class/disk/0/delete", "1\n");
    assertThat(event().action()).isEqualTo(UeventAction.REMOVE);
    Refusal.of(ENOENT, () -> tree.writeAttribute("/class/disk/0/delete", "1\n"));
  }

  private Uevent event() {
    return (Uevent) events.poll();
  }
}
