package io.multipath4j.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The example listings of the cover letter of "Native SCSI multipath support" (2026-02-25), byte
 * for byte, except that its mail broke the lines of links.
 */
class MultipathListingTest {
  private final TestClock clock = new TestClock();
  private final SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, 64));
  private String policy = "numa";

  @BeforeEach
  void theTreeOfTheCoverLetter() {
    SysfsDirectory root = tree.root();
    SysfsDevice head = virtualDevice("scsi_mpath_device", Map.of());
    head.directory()
        .addAttribute(
            SysfsAttribute.readOnly("wwid", () -> "naa.600140505200a986f0043c9afa1fd077\n"));
    head.directory()
        .addAttribute(
            SysfsAttribute.readWrite(
                "iopolicy",
                () -> policy + "\n",
                text ->
                    policy =
                        AttributeText.word(text, List.of("numa", "round-robin", "queue-depth"))));
    SysfsDirectory members = head.directory().addDirectory("multipath");

    SysfsDevice class0 = virtualDevice("scsi_mpath_disk", Map.of());
    SysfsDevice sdc =
        SysfsDevice.create(
            class0.directory(),
            "sdc",
            root.ensureDirectory("class/block"),
            () -> Map.of("DEVNAME", "sdc"));
    for (String name :
        List.of("holders", "integrity", "queue", "sdc1", "sdc2", "slaves", "trace")) {
      sdc.directory().addDirectory(name);
    }
    SysfsDirectory disks = sdc.directory().addDirectory("multipath");

    for (int path = 0; path < 2; path++) {
      String address = 8 + path + ":0:0:0";
      SysfsDirectory device =
          root.ensureDirectory(
              "devices/platform/host%d/session%d/target%s/%s"
                  .formatted(8 + path, 1 + path, address.substring(0, 5), address));
      members.addLink(address, device);
      disks.addLink("sdc:" + path, device.ensureDirectory("block/sdc:" + path));
    }
    head.announce();
    sdc.announce();
    // At 11:58, the device daemon of the author's machine met the new devices.
    tree.readAttribute("/class/scsi_mpath_device/0/uevent");
    tree.readAttribute("/class/scsi_mpath_disk/0/uevent");
    tree.readAttribute("/class/scsi_mpath_disk/0/sdc/uevent");
    tree.lookup("/class/scsi_mpath_disk/0/subsystem", true);
  }

  @Test
  void headIsListedAsInTheCoverLetter() {
    clock.set("2026-02-25T11:59:30Z");
    assertThat(ls("/class/scsi_mpath_device/0/"))
        .isEqualTo(
            """
            total 0
            -rw-r--r-- 1 root root 4096 Feb 25 11:59 iopolicy
            drwxr-xr-x 2 root root 0 Feb 25 11:59 multipath
            drwxr-xr-x 2 root root 0 Feb 25 11:59 power
            lrwxrwxrwx 1 root root 0 Feb 25 11:59 subsystem -> ../../../../class/scsi_mpath_device
            -rw-r--r-- 1 root root 4096 Feb 25 11:58 uevent
            -r--r--r-- 1 root root 4096 Feb 25 11:59 wwid
            """);
    assertThat(ls("/class/scsi_mpath_device/0/multipath/"))
        .isEqualTo(
            """
            total 0
            lrwxrwxrwx 1 root root 0 Feb 25 11:59 8:0:0:0 -> ../../../../platform/host8/session1/target8:0:0/8:0:0:0
            lrwxrwxrwx 1 root root 0 Feb 25 11:59 9:0:0:0 -> ../../../../platform/host9/session2/target9:0:0/9:0:0:0
            """);
    assertThat(tree.readAttribute("/class/scsi_mpath_device/0/wwid"))
        .isEqualTo("naa.600140505200a986f0043c9afa1fd077\n");
    assertThat(tree.readAttribute("/class/scsi_mpath_device/0/iopolicy")).isEqualTo("numa\n");
  }

  @Test
  void diskIsListedAsInTheCoverLetter() {
    clock.set("2026-02-25T12:00:10Z");
    assertThat(ls("/class/scsi_mpath_disk/0/"))
        .isEqualTo(
            """
            total 0
            drwxr-xr-x 2 root root 0 Feb 25 12:00 power
            drwxr-xr-x 11 root root 0 Feb 25 11:58 sdc
            lrwxrwxrwx 1 root root 0 Feb 25 11:58 subsystem -> ../../../../class/scsi_mpath_disk
            -rw-r--r-- 1 root root 4096 Feb 25 11:58 uevent
            """);
    assertThat(ls("/class/scsi_mpath_disk/0/sdc/multipath/"))
        .isEqualTo(
            """
            total 0
            lrwxrwxrwx 1 root root 0 Feb 25 12:00 sdc:0 -> ../../../../../platform/host8/session1/target8:0:0/8:0:0:0/block/sdc:0
            lrwxrwxrwx 1 root root 0 Feb 25 12:00 sdc:1 -> ../../../../../platform/host9/session2/target9:0:0/9:0:0:0/block/sdc:1
            """);
  }

  @Test
  void aNodeThatIsSeenForTheFirstTimeShowsTheTimeOfDay() {
    clock.goOnWithEachLook(1);
    assertThat(ls("/class/scsi_mpath_device/0/multipath/")).contains(" Feb 25 11:58 8:0:0:0 -> ");
  }

  @Test
  void policyIsWrittenByItsExactWord() {
    String path = "/class/scsi_mpath_device/0/iopolicy";
    tree.writeAttribute(path, "round-robin\n");
    assertThat(tree.readAttribute(path)).isEqualTo("round-robin\n");
    Refusal.of(SysfsErrno.EINVAL, () -> tree.writeAttribute(path, "round"));
    assertThat(tree.readAttribute(path)).isEqualTo("round-robin\n");
  }

  @Test
  void linksOfMembersLeadToThem() {
    assertThat(tree.lookup("/class/scsi_mpath_device/0/multipath/9:0:0:0", true).path())
        .isEqualTo("/devices/platform/host9/session2/target9:0:0/9:0:0:0");
    assertThat(tree.readLink("/class/block/sdc"))
        .isEqualTo("../../devices/virtual/scsi_mpath_disk/0/sdc");
  }

  private SysfsDevice virtualDevice(String name, Map<String, String> properties) {
    SysfsDirectory root = tree.root();
    return SysfsDevice.create(
        root.ensureDirectory("devices/virtual/" + name),
        "0",
        root.ensureDirectory("class/" + name),
        () -> properties);
  }

  private String ls(String path) {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    tree.longListing(path, ZoneOffset.UTC, lines::add);
    return lines.toString();
  }
}
