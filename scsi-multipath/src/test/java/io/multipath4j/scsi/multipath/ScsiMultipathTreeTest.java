package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.multipath.tree.DiskStatistics;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsFile;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.Uevent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The tree of the real driver, over emulated disks: the listings are those of the cover letter of
 * "Native SCSI multipath support" (2026-02-25), byte for byte.
 */
class ScsiMultipathTreeTest {

  private static final String DEVICE = "/devices/platform/host8/session1/target8:0:0/8:0:0:0";

  private final TreeRig rig = TreeRig.ofTheCoverLetter();

  @Test
  void headIsListedAsInTheCoverLetter() {
    rig.cat("/class/scsi_mpath_device/0/uevent");
    rig.at("2026-02-25T11:59:30Z");
    assertThat(rig.ls("/class/scsi_mpath_device/0/"))
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
    assertThat(rig.ls("/class/scsi_mpath_device/0/multipath/"))
        .isEqualTo(
            """
            total 0
            lrwxrwxrwx 1 root root 0 Feb 25 11:59 8:0:0:0 -> ../../../../platform/host8/session1/target8:0:0/8:0:0:0
            lrwxrwxrwx 1 root root 0 Feb 25 11:59 9:0:0:0 -> ../../../../platform/host9/session2/target9:0:0/9:0:0:0
            """);
    assertThat(rig.cat("/class/scsi_mpath_device/0/wwid")).isEqualTo(TreeRig.WWID + "\n");
    assertThat(rig.cat("/class/scsi_mpath_device/0/iopolicy")).isEqualTo("numa\n");
  }

  @Test
  void diskstatsHasALineForEachDiskThatCounts() {
    assertThat(DiskStatistics.text(rig.tree))
        .isEqualTo(
            """
               8      32 sdc 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
               0       0 sdc:0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
               0       0 sdc:1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
            """);
  }

  @Test
  void diskIsListedAsInTheCoverLetter() {
    rig.cat("/class/scsi_mpath_disk/0/uevent");
    rig.cat("/class/scsi_mpath_disk/0/sdc/uevent");
    rig.tree.lookup("/class/scsi_mpath_disk/0/subsystem", true);
    rig.at("2026-02-25T12:00:10Z");
    // But for the number of directories in sdc: the kernel has some that mean nothing here.
    assertThat(rig.ls("/class/scsi_mpath_disk/0/"))
        .isEqualTo(
            """
            total 0
            drwxr-xr-x 2 root root 0 Feb 25 12:00 power
            drwxr-xr-x 7 root root 0 Feb 25 11:58 sdc
            lrwxrwxrwx 1 root root 0 Feb 25 11:58 subsystem -> ../../../../class/scsi_mpath_disk
            -rw-r--r-- 1 root root 4096 Feb 25 11:58 uevent
            """);
    assertThat(rig.ls("/class/scsi_mpath_disk/0/sdc/multipath/"))
        .isEqualTo(
            """
            total 0
            lrwxrwxrwx 1 root root 0 Feb 25 12:00 sdc:0 -> ../../../../../platform/host8/session1/target8:0:0/8:0:0:0/block/sdc:0
            lrwxrwxrwx 1 root root 0 Feb 25 12:00 sdc:1 -> ../../../../../platform/host9/session2/target9:0:0/9:0:0:0/block/sdc:1
            """);
    assertThat(rig.cat("/block/sdc/dev")).isEqualTo("8:32\n");
    assertThat(rig.tree.readLink("/block/sdc"))
        .isEqualTo("../devices/virtual/scsi_mpath_disk/0/sdc");
    assertThat(rig.cat("/class/block/sdc/uevent"))
        .isEqualTo("MAJOR=8\nMINOR=32\nDEVNAME=sdc\nDEVTYPE=disk\n");
  }

  @Test
  void laterSpellingsLeadToTheSame() {
    assertThat(rig.cat("/class/scsi_mpath_device/scsi_mpath_device0/vpd_id"))
        .isEqualTo(TreeRig.WWID + "\n");
    assertThat(rig.cat("/class/scsi_mpath_disk/scsi_mpath_disk0/sdc/dev")).isEqualTo("8:32\n");
    assertThat(rig.names("/class/scsi_mpath_device")).containsExactly("0", "scsi_mpath_device0");
  }

  @Test
  void hiddenDisksPointToTheDiskThatTheyAreOf() {
    assertThat(rig.tree.readLink("/block/sdc:0")).isEqualTo(".." + DEVICE + "/block/sdc:0");
    assertThat(rig.cat("/block/sdc:0/mpath_dev")).isEqualTo("8:32\n");
    assertThat(rig.cat("/block/sdc:0/hidden")).isEqualTo("1\n");
    assertThat(rig.cat("/block/sdc/hidden")).isEqualTo("0\n");
    assertThat(rig.cat("/block/sdc:0/mpath_numa_nodes")).isEqualTo("0\n");
    assertThat(rig.cat("/block/sdc:1/mpath_numa_nodes")).isEqualTo("\n");
    assertThat(rig.cat("/block/sdc:0/mpath_queue_depth")).isEmpty();
    assertThat(rig.cat("/block/sdc:0/size")).isEqualTo("256\n");
    assertThat(rig.names("/block")).containsExactly("sda", "sdb", "sdc", "sdc:0", "sdc:1");
    assertThat(rig.names("/block/sdc"))
        .contains("delayed_removal_secs", "device", "multipath", "queue", "stat", "size");
    assertThat(rig.names("/block/sda")).doesNotContain("multipath", "delayed_removal_secs");
    assertThat(rig.names("/block/sda")).doesNotContain("mpath_dev");
  }

  @Test
  void deviceShowsWhatItTold() {
    assertThat(rig.cat(DEVICE + "/vendor")).isEqualTo("FAKE    \n");
    assertThat(rig.cat(DEVICE + "/model")).isEqualTo("DISK            \n");
    assertThat(rig.cat(DEVICE + "/rev")).isEqualTo("0001\n");
    assertThat(rig.cat(DEVICE + "/type")).isEqualTo("0\n");
    assertThat(rig.cat(DEVICE + "/scsi_level")).isEqualTo("7\n");
    assertThat(rig.cat(DEVICE + "/wwid")).isEqualTo(TreeRig.WWID + "\n");
    assertThat(rig.cat(DEVICE + "/access_state")).isEqualTo("active/optimized\n");
    assertThat(rig.cat(DEVICE + "/state")).isEqualTo("running\n");
    assertThat(rig.cat(DEVICE + "/iorequest_cnt")).startsWith("0x").endsWith("\n");
    assertThat(rig.cat(DEVICE + "/iotmo_cnt")).isEqualTo("0x0\n");
    assertThat(rig.tree.readAttributeBytes(DEVICE + "/inquiry")).hasSize(36).startsWith(0, 0, 6, 2);
    assertThat(rig.tree.readAttributeBytes(DEVICE + "/vpd_pg83"))
        .startsWith(0, 0x83, 0, 20, 1, 3, 0, 16, 0x60, 0x01, 0x40);
    assertThat(
            new String(
                rig.tree.readAttributeBytes(DEVICE + "/vpd_pg80"), 4, 3, StandardCharsets.US_ASCII))
        .isEqualTo("SN1");
    assertThat(rig.tree.readLink("/class/scsi_device/8:0:0:0"))
        .isEqualTo("../.." + DEVICE + "/scsi_device/8:0:0:0");
    assertThat(rig.tree.readLink("/class/scsi_device/8:0:0:0/device"))
        .isEqualTo("../../../8:0:0:0");
    assertThat(rig.tree.readLink("/bus/scsi/devices/8:0:0:0")).isEqualTo("../../.." + DEVICE);
    rig.refused(SysfsErrno.EINVAL, () -> rig.cat("/class/scsi_device/0:0:0:0/device/access_state"));
    rig.refused(SysfsErrno.ENXIO, () -> rig.cat("/class/scsi_device/0:0:0:0/device/wwid"));
  }

  @Test
  void sessionAndHostSayWhatTheyAre() {
    assertThat(rig.cat("/class/iscsi_session/session1/targetname")).isEqualTo("iqn.t\n");
    assertThat(rig.cat("/class/iscsi_session/session2/state")).isEqualTo("LOGGED_IN\n");
    assertThat(rig.cat("/class/scsi_host/host8/proc_name")).isEqualTo("iscsi_tcp\n");
    assertThat(rig.cat("/class/scsi_host/host8/state")).isEqualTo("running\n");
    assertThat(rig.cat("/class/scsi_host/host8/can_queue")).isEqualTo("64\n");
    assertThat(rig.names("/class/scsi_host")).containsExactly("host0", "host1", "host8", "host9");
  }

  @Test
  void policyOfAHeadAndOfNewOnesIsWritten() {
    rig.tree.writeAttribute("/class/scsi_mpath_device/0/iopolicy", "queue-depth\n");
    assertThat(rig.rig.head(0).policy()).isEqualTo("queue-depth");
    assertThat(rig.cat("/block/sdc:0/mpath_queue_depth")).isEqualTo("0\n");
    rig.refused(
        SysfsErrno.EINVAL,
        () -> rig.tree.writeAttribute("/class/scsi_mpath_device/0/iopolicy", "queue"));
    String parameters = "/module/scsi_mod/parameters/";
    assertThat(rig.cat(parameters + "multipath")).isEqualTo("always\n");
    assertThat(rig.cat(parameters + "scsi_multipath")).isEqualTo("Y\n");
    assertThat(rig.cat(parameters + "iopolicy")).isEqualTo("numa\n");
    rig.tree.writeAttribute(parameters + "multipath_iopolicy", "round-robin\n");
    assertThat(rig.cat(parameters + "iopolicy")).isEqualTo("round-robin\n");
    assertThat(rig.rig.multipath.parameters().policy()).isEqualTo(IoPolicies.ROUND_ROBIN);
    rig.refused(
        SysfsErrno.EINVAL, () -> rig.tree.writeAttribute(parameters + "iopolicy", "office"));
    rig.refused(SysfsErrno.EACCES, () -> rig.tree.writeAttribute(parameters + "multipath", "off"));
  }

  @Test
  void aDeviceIsSetOfflineAndRunningByItsState() {
    rig.tree.writeAttribute(DEVICE + "/state", "offline\n");
    rig.rig.runMillis(10);
    assertThat(rig.cat(DEVICE + "/state")).isEqualTo("offline\n");
    assertThat(rig.cat("/block/sdc:1/mpath_numa_nodes")).isEqualTo("\n");
    rig.tree.writeAttribute(DEVICE + "/state", "running");
    rig.rig.runMillis(100);
    assertThat(rig.cat(DEVICE + "/state")).isEqualTo("running\n");
    for (String bad : List.of("blocked", "transport-offline", "run", "RUNNING", "quiesce")) {
      rig.refused(SysfsErrno.EINVAL, () -> rig.tree.writeAttribute(DEVICE + "/state", bad));
    }
  }

  @Test
  void aBlockedDeviceCannotBeSet() {
    rig.paths.getFirst().transport().cut("test");
    assertThat(rig.cat(DEVICE + "/state")).isEqualTo("blocked\n");
    rig.refused(SysfsErrno.EINVAL, () -> rig.tree.writeAttribute(DEVICE + "/state", "running"));
    rig.refused(SysfsErrno.EINVAL, () -> rig.tree.writeAttribute(DEVICE + "/state", "offline"));
  }

  @Test
  void queueDepthIsSetWithinItsRange() {
    rig.tree.writeAttribute(DEVICE + "/queue_depth", "4096\n");
    assertThat(rig.cat(DEVICE + "/queue_depth")).isEqualTo("4096\n");
    for (String bad : List.of("0", "4097", "-1", "many")) {
      rig.refused(SysfsErrno.EINVAL, () -> rig.tree.writeAttribute(DEVICE + "/queue_depth", bad));
    }
    assertThat(rig.cat(DEVICE + "/queue_depth")).isEqualTo("4096\n");
  }

  @Test
  void deletingADeviceTakesItsPathAndItsNodesAway() {
    SysfsFile held = (SysfsFile) rig.tree.lookup(DEVICE + "/state", true);
    SysfsFile stat = (SysfsFile) rig.tree.lookup("/block/sdc:0/stat", true);
    rig.tree.writeAttribute(DEVICE + "/delete", "1\n");
    assertThat(rig.names("/class/scsi_mpath_device/0/multipath")).containsExactly("9:0:0:0");
    assertThat(rig.names("/block/sdc/multipath")).containsExactly("sdc:1");
    assertThat(rig.names("/class/scsi_device")).doesNotContain("8:0:0:0");
    assertThat(rig.names("/bus/scsi/devices")).doesNotContain("8:0:0:0");
    assertThat(rig.names("/block")).doesNotContain("sdc:0");
    rig.refused(SysfsErrno.ENODEV, held::read);
    rig.refused(SysfsErrno.ENODEV, stat::read);
    rig.refused(SysfsErrno.ENODEV, () -> held.write("running"));
    rig.refused(SysfsErrno.ENOENT, () -> rig.cat(DEVICE + "/state"));
  }

  @Test
  void aScanBringsADeletedDeviceBackUnderItsOldNumbers() {
    rig.tree.writeAttribute(DEVICE + "/delete", "1");
    rig.tree.writeAttribute("/class/scsi_host/host8/scan", "- - -\n");
    rig.rig.runMillis(200);
    assertThat(rig.cat(DEVICE + "/state")).isEqualTo("running\n");
    assertThat(rig.names("/block/sdc/multipath")).containsExactly("sdc:0", "sdc:1");
    rig.refused(
        SysfsErrno.EINVAL, () -> rig.tree.writeAttribute("/class/scsi_host/host8/scan", "0 0"));
    rig.refused(
        SysfsErrno.EINVAL, () -> rig.tree.writeAttribute("/class/scsi_host/host8/scan", "3 0 0"));
  }

  @Test
  void withTheLastPathEverythingOfTheDiskGoes() {
    rig.newEvents();
    rig.paths.forEach(path -> path.host().close());
    rig.rig.runMillis(10);
    assertThat(rig.names("/class/scsi_mpath_device")).isEmpty();
    assertThat(rig.names("/class/scsi_mpath_disk")).isEmpty();
    assertThat(rig.names("/block")).containsExactly("sda", "sdb");
    assertThat(rig.names("/class/scsi_host")).containsExactly("host0", "host1");
    assertThat(rig.names("/class/iscsi_session")).isEmpty();
    assertThat(rig.names("/devices/platform")).containsExactly("host0", "host1");
    assertThat(rig.newEventTexts())
        .contains(
            "remove /devices/virtual/scsi_mpath_disk/0/sdc",
            "remove /devices/virtual/scsi_mpath_disk/0",
            "remove /devices/virtual/scsi_mpath_device/0",
            "remove " + DEVICE)
        .noneMatch(text -> text.contains("sdc:"));
  }

  @Test
  void removalOfTheDiskCanBeDelayed() {
    rig.tree.writeAttribute("/block/sdc/delayed_removal_secs", "0x1e\n");
    assertThat(rig.cat("/block/sdc/delayed_removal_secs")).isEqualTo("30\n");
    assertThat(rig.rig.multipath.mpathHeads().getFirst().mpath().queueIfNoPath()).isTrue();
    rig.refused(
        SysfsErrno.ERANGE,
        () -> rig.tree.writeAttribute("/block/sdc/delayed_removal_secs", "4294967296"));
  }

  @Test
  void theDiskStaysWhileItsRemovalIsDelayed() {
    rig.tree.writeAttribute("/block/sdc/delayed_removal_secs", "30");
    rig.paths.forEach(path -> path.host().remove(path.device()));
    rig.rig.runMillis(29_000);
    assertThat(rig.names("/block/sdc/multipath")).isEmpty();
    assertThat(rig.names("/class/scsi_mpath_device/0/multipath")).isEmpty();
    rig.addPath(10);
    assertThat(rig.names("/block/sdc/multipath")).containsExactly("sdc:0");
    rig.rig.runMillis(60_000);
    assertThat(rig.names("/block")).contains("sdc", "sdc:0");
    rig.paths.getLast().host().close();
    rig.tree.writeAttribute("/block/sdc/delayed_removal_secs", "0");
    rig.rig.runMillis(10);
    assertThat(rig.names("/block")).containsExactly("sda", "sdb");
  }

  @Test
  void theDiskGoesWhenNoPathCameBackInTime() {
    rig.tree.writeAttribute("/block/sdc/delayed_removal_secs", "30");
    rig.paths.forEach(path -> path.host().remove(path.device()));
    rig.rig.runMillis(29_900);
    assertThat(rig.names("/class/scsi_mpath_disk")).containsExactly("0", "scsi_mpath_disk0");
    rig.rig.runMillis(200);
    assertThat(rig.names("/class/scsi_mpath_disk")).isEmpty();
    assertThat(rig.names("/class/scsi_mpath_device")).isEmpty();
  }

  @Test
  void aPathThatIsNotAdmittedIsNoneThatIsLeft() {
    FakeLogicalUnit standby = rig.unit.twin();
    standby.notReady = true;
    rig.add(10, new FakeTransport("iqn.t at 10", rig.rig.loop, standby).withSession());
    rig.newEvents();
    rig.paths.getFirst().transport().cut("test");
    rig.rig.runMillis(10);
    assertThat(rig.newEvents())
        .singleElement()
        .satisfies(event -> assertThat(event.environment()).contains("MPATH_PATHS_LEFT=1"));
  }

  @Test
  void aPathThatFailsAndReturnsIsTold() {
    rig.newEvents();
    rig.paths.getFirst().transport().cut("test");
    rig.rig.runMillis(10);
    List<Uevent> failed = rig.newEvents();
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().environment())
        .containsSubsequence(
            "ACTION=change",
            "DEVPATH=/devices/virtual/scsi_mpath_disk/0/sdc",
            "SUBSYSTEM=block",
            "MPATH_ACTION=PATH_FAILED",
            "MPATH_PATH=8:0:0:0",
            "MPATH_PATH_NAME=sdc:0",
            "MPATH_PATHS_LEFT=1",
            "MPATH_WWID=" + TreeRig.WWID,
            "MAJOR=8",
            "MINOR=32",
            "DEVNAME=sdc");
    rig.paths.getFirst().transport().restore();
    rig.rig.runMillis(100);
    assertThat(rig.newEvents())
        .singleElement()
        .satisfies(event ->
            assertThat(event.properties())
                .containsEntry("MPATH_ACTION", "PATH_REINSTATED")
                .containsEntry("MPATH_PATHS_LEFT", "2"));
  }

  @Test
  void aDiskThatGrewIsTold() {
    rig.newEvents();
    rig.unit.medium = Arrays.copyOf(rig.unit.medium, rig.unit.medium.length * 2);
    for (Rig.Path path : rig.paths) {
      String device = "/class/scsi_device/" + path.device().address() + "/device";
      rig.tree.writeAttribute(device + "/rescan", "1\n");
      rig.rig.runMillis(100);
    }
    assertThat(rig.cat("/block/sdc/size")).isEqualTo("512\n");
    assertThat(rig.newEvents())
        .singleElement()
        .satisfies(event -> assertThat(event.properties()).containsEntry("RESIZE", "1"));
  }

  @Test
  void whatWasThereBeforeTheTreeIsInItToo() {
    SysfsTree second = new SysfsTree(() -> Instant.EPOCH, rig.uevents);
    ScsiMultipathTree.of(second, rig.rig.multipath).close();
    List<String> one = new ArrayList<>();
    List<String> other = new ArrayList<>();
    rig.tree.tree("/", one::add);
    second.tree("/", other::add);
    assertThat(other).isEqualTo(one);
  }

  @Test
  void disksHaveTheNumbersOfLinux() {
    assertThat(rig.cat("/block/sda/dev")).isEqualTo("8:0\n");
    assertThat(rig.cat("/block/sda/uevent")).contains("DEVNAME=sda");
    assertThat(rig.cat("/block/sda/queue/logical_block_size")).isEqualTo("512\n");
    assertThat(rig.cat("/block/sdc/queue/rotational")).isEqualTo("1\n");
    assertThat(rig.cat("/block/sdc/stat").split(" +")).hasSize(18);
  }
}
