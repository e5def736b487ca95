package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk over two paths that holds a reservation, beside hosts that do not: libiscsi's suite as
 * one, and a second {@code mpath attach} as another.
 */
class ReservedDiskTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PREEMPTED =
      "sda: preempted: another host removed the reservation key of this one";
  private static final String TWO_KEYS =
      "2 registered keys:\n  0x00000000000000a1\n  0x00000000000000a1\n";

  @TempDir Path folder;

  @Test
  void ourArrayKeepsOtherHostsOutAndTellsWhenTheyTakeOver() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "16M")) {
      twoHosts(List.of(array.firstUrl(), array.secondUrl()));
    }
  }

  @Test
  void tgtKeepsOtherHostsOutAndTellsWhenTheyTakeOver() throws Exception {
    Path image = DiskImage.random(folder, "disk.img", 16, 10);
    try (Tgt tgt = Tgt.start(folder, Ports.free(), image, Tgt.Identity.of("AB0C03"))) {
      twoHosts(List.of(tgt.url(), tgt.addPortal(Ports.free())));
    }
  }

  private void twoHosts(List<String> urls) throws Exception {
    ConformanceSuite suite = new ConformanceSuite();
    try (AttachedDisk disk = AttachedDisk.attach(folder, urls, "--persistent-reservations", "on")) {
      disk.mpath("pr", "sda", "--out", "--register", "--param-sark=a1");
      disk.mpath("pr", "sda", "--out", "--reserve", "--param-rk=a1", "--prout-type=5");
      assertThat(disk.mpath("pr", "sda", "--in", "--read-keys")).contains(TWO_KEYS);

      // The suite registers nothing here: it may read, and not write.
      for (String url : urls) {
        assertThat(suite.run("SCSI.Write10.Simple", url).failed()).isEqualTo(1);
        assertThat(suite.run("SCSI.Read10.Simple", url).failed()).isZero();
      }
      assertThat(write(disk)).contains("wrote 4096/4096");

      try (AttachedDisk other =
          AttachedDisk.attach(folder, "other", urls, "--persistent-reservations", "on")) {
        assertThat(write(other)).contains("write failed");
        other.mpath("pr", "sda", "--out", "--register", "--param-sark=b2");
        other.mpath(
            "pr",
            "sda",
            "--out",
            "--preempt",
            "--param-rk=b2",
            "--param-sark=a1",
            "--prout-type=5");
        assertThat(write(other)).contains("wrote 4096/4096");
        assertThat(write(disk)).contains("write failed");
        disk.awaitOutput(PREEMPTED);
        assertThat(other.mpath("pr", "sda", "--in", "--read-keys"))
            .contains("2 registered keys:\n  0x00000000000000b2\n  0x00000000000000b2\n");
      }

      // Its sessions have ended, its reservation has not.
      disk.mpath("pr", "sda", "--out", "--register", "--param-sark=a1");
      assertThat(write(disk)).contains("wrote 4096/4096");
      int before = disk.count(PREEMPTED);
      suite.run("SCSI.ProutClear", urls.getFirst()); // CLEAR takes everybody's keys
      assertThat(disk.mpath("pr", "sda", "--in", "--read-keys")).contains("no registered keys");
      disk.awaitAnother(PREEMPTED, before);
    }
  }

  @Test
  void keysAndFilesThatCannotBeRightAreRefusedAndNothingChanges() throws Exception {
    Path keys = folder.resolve("keys");
    Files.writeString(keys, "");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
    try (ServedArray array = ServedArray.start(folder, "--size", "16M")) {
      MpathProcess refused =
          MpathProcess.start(
              folder,
              "attach",
              array.firstUrl(),
              "--nbd",
              "unix:" + folder.resolve("never.sock"),
              "--control",
              "none",
              "--persistent-reservations",
              "on",
              "--reservation-keys",
              keys.toString());
      assertThat(refused.awaitExit()).as(refused.output()).isIn(1, 2);
      assertThat(refused.output()).contains("chmod 600 " + keys);
      assertThat(Files.exists(folder.resolve("never.sock"))).isFalse();
      assertThat(Files.size(keys)).isZero();

      try (AttachedDisk disk =
          AttachedDisk.attach(
              folder,
              List.of(array.firstUrl(), array.secondUrl()),
              "--persistent-reservations",
              "on")) {
        disk.refuses(
            2, "this has 17", "pr", "sda", "--out", "--register", "--param-sark=12345678901234567");
        disk.refuses(
            2,
            "--prout-type 9",
            "pr",
            "sda",
            "--out",
            "--reserve",
            "--param-rk=a1",
            "--prout-type=9");
        disk.refuses(
            1, "there is no multipath disk sdq; there are [sda]", "pr", "sdq", "--in", "-k");
        assertThat(disk.mpath("pr", "sda", "--in", "--read-keys"))
            .isEqualTo("generation 0\nno registered keys\n");
      }
    }
  }

  /** A write through NBD, and what the client says of it. */
  private static String write(AttachedDisk disk) throws IOException, InterruptedException {
    return Program.require("qemu-io", "qemu-utils")
        .run(LIMIT, "-f", "raw", "-c", "write -P 0x5a 1M 4k", disk.uri())
        .output();
  }
}
