package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The verbs of the command line, as a user of a shell gives them, on a disk over two portals of a
 * target that others wrote.
 */
class VerbsOnDiskTest {

  private static final String HEAD = "/sys/class/scsi_mpath_device/0";
  private static final String TIME = "[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d";

  @TempDir static Path folder;

  private static Tgt first;
  private static Tgt second;
  private static AttachedDisk disk;

  @BeforeAll
  static void attach() throws Exception {
    Path image = DiskImage.random(folder, "disk.img", 16, 9);
    Tgt.Identity identity = Tgt.Identity.of("600140505200a986");
    first = Tgt.start(folder, Ports.free(), image, identity);
    second = Tgt.start(folder, Ports.free(), image, identity);
    disk = AttachedDisk.attach(folder, List.of(first.url(), second.url()), "--policy", "numa");
  }

  @AfterAll
  static void end() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {disk, first, second}) {
      if (one != null) {
        one.close();
      }
    }
  }

  @Test
  void lsAndCatShowTheHeadAsTheCoverLetterDoes() throws Exception {
    assertThat(withoutTimes(disk.mpath("ls", "-l", HEAD + "/")))
        .isEqualTo(
            """
            total 0
            -rw-r--r-- 1 root root 4096 TIME iopolicy
            drwxr-xr-x 2 root root 0 TIME multipath
            drwxr-xr-x 2 root root 0 TIME power
            lrwxrwxrwx 1 root root 0 TIME subsystem -> ../../../../class/scsi_mpath_device
            -rw-r--r-- 1 root root 4096 TIME uevent
            -r--r--r-- 1 root root 4096 TIME wwid
            """);
    assertThat(withoutTimes(disk.mpath("ls", "-l", HEAD + "/multipath/")))
        .isEqualTo(
            """
            total 0
            lrwxrwxrwx 1 root root 0 TIME 0:0:0:1 -> ../../../../platform/host0/session1/target0:0:0/0:0:0:1
            lrwxrwxrwx 1 root root 0 TIME 1:0:0:1 -> ../../../../platform/host1/session2/target1:0:0/1:0:0:1
            """);
    assertThat(disk.mpath("cat", HEAD + "/wwid", HEAD + "/iopolicy")).isEqualTo(wwid() + "numa\n");
  }

  @Test
  void lsAndTreeShowTheDiskAsTheCoverLetterDoes() throws Exception {
    assertThat(withoutTimes(disk.mpath("ls", "-l", "/sys/class/scsi_mpath_disk/0/")))
        .matches(
            """
            total 0
            drwxr-xr-x 2 root root 0 TIME power
            drwxr-xr-x \\d+ root root 0 TIME sda
            lrwxrwxrwx 1 root root 0 TIME subsystem -> \\.\\./\\.\\./\\.\\./\\.\\./class/scsi_mpath_disk
            -rw-r--r-- 1 root root 4096 TIME uevent
            """);
    assertThat(disk.mpath("tree", "/sys/class/scsi_mpath_disk/0/sda/multipath/").lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).endsWith("sda/multipath/"),
            line ->
                assertThat(line)
                    .endsWith(
                        " -> ../../../../../platform/host0/session1/target0:0:0/0:0:0:1/block/sda:0"),
            line ->
                assertThat(line)
                    .endsWith(
                        " -> ../../../../../platform/host1/session2/target1:0:0/1:0:0:1/block/sda:1"));
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsNameAndChangesNothing() throws Exception {
    String policy = HEAD + "/iopolicy";
    disk.refuses(
        1,
        policy + ": Invalid argument (\"best\" is not one of numa, round-robin, queue-depth)",
        "set",
        policy,
        "best");
    disk.refuses(1, "Invalid argument (\"NUMA\"", "set", policy, "NUMA");
    String seconds = "/sys/block/sda/delayed_removal_secs";
    disk.mpath("set", seconds, "0x10");
    disk.refuses(1, seconds + ": Invalid argument (\"-1\"", "set", seconds, "-1");
    disk.refuses(
        1,
        seconds + ": Numerical result out of range (\"4294967296\"",
        "set",
        seconds,
        "4294967296");
    disk.refuses(1, "Permission denied", "set", HEAD + "/wwid", "naa.1");
    disk.refuses(1, "there is no disk sdq; there are [sda]", "rescan", "--disk", "sdq");
    disk.refuses(1, "sdq", "sg", "sdq", "000000000000");
    disk.refuses(1, "sdq", "zones", "sdq");
    disk.refuses(1, "sdq", "pr", "sdq", "--in", "--read-keys");
    assertThat(disk.mpath("cat", policy, seconds, HEAD + "/wwid")).isEqualTo("numa\n16\n" + wwid());
  }

  @Test
  void otherVerbsDoTheirWork() throws Exception {
    assertThat(disk.mpath("rescan")).endsWith("2 as before\n"); // and the controllers, LUN 0
    assertThat(disk.mpath("sg", "sda", "000000000000")).startsWith("GOOD\n");
    disk.refuses(1, "it has no zones", "zones", "sda");
    disk.refuses(1, "attach it with --persistent-reservations on", "pr", "sda", "--in", "-k");
    try (MpathProcess monitor = disk.start("monitor").awaitOutput("monitor prints")) {
      disk.removePath("1:0:0:1");
      monitor.awaitOutput("remove   /devices/platform/host1/session2/target1:0:0/1:0:0:1 (scsi)");
      disk.scan(1);
      monitor.awaitOutput("add      /devices/platform/host1/session2/target1:0:0/1:0:0:1 (scsi)");
    }
    assertThat(disk.mpath("ls", HEAD + "/multipath")).isEqualTo("0:0:0:1\n1:0:0:1\n");
  }

  @Test
  void zonesAreShownAndResetAndWhatIsNoneIsRefused() throws Exception {
    Program qemuIo = Program.require("qemu-io", "qemu-utils");
    String second = "start: 0x000000800, len 0x000800, cap 0x000800, ";
    try (ServedArray array = ServedArray.start(folder, "--size", "4M", "--zoned", "1M");
        AttachedDisk zoned =
            AttachedDisk.attach(folder, "zoned", List.of(array.firstUrl(), array.secondUrl()))) {
      qemuIo
          .run(Duration.ofSeconds(20), "-f", "raw", "-c", "write 1M 4k", zoned.uri())
          .expectSuccess();
      assertThat(zoned.mpath("zones", "sda"))
          .contains(second + "wptr 0x000008 reset:0 non-seq:0, zcond: 2(oi)");
      String expected = ": expected the start of a zone, a multiple of 1048576 below 4194304";
      zoned.refuses(1, "offset 1048580" + expected, "zones", "sda", "reset", "1048580");
      zoned.refuses(1, "offset 9437184" + expected, "zones", "sda", "reset", "9M");
      zoned.refuses(2, "'explode'", "zones", "sda", "explode", "1M");
      assertThat(zoned.mpath("zones", "sda")).contains(second + "wptr 0x000008");
      zoned.mpath("zones", "sda", "reset", "1M");
      assertThat(zoned.mpath("zones", "sda")).contains(second + "wptr 0x000000").hasLineCount(4);
    }
  }

  private static String wwid() throws Exception {
    return disk.output().replaceFirst("(?s).*disk sda: (naa[^,]*),.*", "$1") + "\n";
  }

  private static String withoutTimes(String listing) {
    return listing.replaceAll(TIME, "TIME");
  }
}
