package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Paths that are taken away by their owner, not cut, under an NBD client's load: within the time of
 * the delayed removal nobody notices, behind it the disk is gone and another one comes.
 */
class PathRemovalTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String WWID = "/sys/class/scsi_mpath_device/0/wwid";
  private static final String PATHS = "/sys/class/scsi_mpath_device/0/multipath/";

  @TempDir Path folder;

  @Test
  void fioSeesNoErrorAndNoWrongByteWhilePathsAreRemovedAndReturnInTime() throws Exception {
    Program fio = Program.require("fio", "fio");
    Path image = DiskImage.random(folder, "disk.img", 64, 3);
    Tgt.Identity identity = Tgt.Identity.of("AB0C01");
    try (Tgt first = Tgt.start(folder, Ports.free(), image, identity);
        Tgt second = Tgt.start(folder, Ports.free(), image, identity);
        AttachedDisk disk =
            AttachedDisk.attach(
                folder, List.of(first.url(), second.url()), "--delayed-removal", "60s")) {
      String wwid = disk.mpath("cat", WWID);
      Path log = folder.resolve("fio.log");
      Process load =
          fio.start(log, Fio.verifyingRandomWrites(disk.socket(), Duration.ofMinutes(5)));
      try {
        Waiting.until("fio runs", LIMIT, () -> Program.read(log).contains("connected"));
        Waiting.pass(Duration.ofSeconds(1));
        disk.removePath("0:0:0:1");
        assertThat(disk.mpath("ls", PATHS)).isEqualTo("1:0:0:1\n");
        disk.scan(0);
        assertThat(disk.mpath("ls", PATHS)).isEqualTo("0:0:0:1\n1:0:0:1\n");

        disk.removePath("1:0:0:1");
        disk.removePath("0:0:0:1");
        disk.awaitOutput("(it was the last; the disk stays 60 s)");
        assertThat(disk.mpath("ls", PATHS)).isEmpty();
        assertThat(disk.mpath("ls", "/sys/block")).isEqualTo("sda\n");
        assertThat(load.isAlive()).as("the load waits").isTrue();
        assertThat(disk.mpath("rescan")).contains("0:0:0:1 added\n", "1:0:0:1 added\n");
        assertThat(disk.mpath("ls", PATHS)).isEqualTo("0:0:0:1\n1:0:0:1\n");
        Waiting.pass(Duration.ofSeconds(1));
        load.destroy(); // it ends what is under way
        Waiting.until("fio ends", LIMIT, () -> !load.isAlive());
      } finally {
        Program.kill(load);
      }
      assertThat(load.exitValue()).as(Program.read(log) + disk.output()).isEqualTo(Fio.STOPPED);
      assertThat(Program.read(log)).contains("err= 0").doesNotContain("verify failed");
      assertThat(disk.mpath("cat", WWID)).isEqualTo(wwid);
      assertThat(disk.count("disk sda")).as("it was never another disk").isEqualTo(1);
    }
  }

  @Test
  void ioThatWaitedFailsAndTheDiskIsGoneWhenNoPathReturnsInTime() throws Exception {
    Program fio = Program.require("fio", "fio");
    Program nbdinfo = Program.require("nbdinfo", "libnbd-bin");
    Program nbdcopy = Program.require("nbdcopy", "libnbd-bin");
    Path image = DiskImage.random(folder, "disk.img", 16, 4);
    try (ServedArray array = ServedArray.start(folder, "--size", "16M");
        AttachedDisk disk =
            AttachedDisk.attach(folder, List.of(array.firstUrl(), array.secondUrl()));
        MpathProcess monitor = disk.start("monitor").awaitOutput("monitor prints")) {
      nbdcopy.run(LIMIT, image.toString(), disk.uri()).expectSuccess();
      disk.mpath("set", "/sys/block/sda/delayed_removal_secs", "1");
      Path log = folder.resolve("fio.log");
      Process load =
          fio.start(
              log,
              "--name=reads",
              "--ioengine=nbd",
              "--uri=" + disk.uri(),
              "--rw=randread",
              "--bs=4k",
              "--iodepth=4",
              "--time_based",
              "--runtime=60");
      try {
        Waiting.until("fio reads", LIMIT, () -> Program.read(log).contains("connected"));
        disk.removePath("0:0:0:1");
        disk.removePath("1:0:0:1");
        Waiting.until("fio ends", LIMIT, () -> !load.isAlive());
      } finally {
        Program.kill(load);
      }
      assertThat(load.exitValue()).as(Program.read(log)).isNotZero();
      assertThat(Program.read(log))
          .contains("Input/output error: read")
          .doesNotContain("transport endpoint");
      disk.awaitOutput("sda: removed, because no path came back in time\ndisk sda is gone\n");
      monitor.awaitOutput("remove   /devices/virtual/scsi_mpath_disk/0/sda (block)");
      assertThat(disk.mpath("ls", "/sys/block")).isEmpty();
      assertThat(nbdinfo.run(LIMIT, disk.uri()).expectFailure().output())
          .contains("No such file or directory");

      disk.scan(1);
      disk.awaitAnother("disk sda: naa.", 1);
      assertThat(disk.mpath("ls", "/sys/block")).isEqualTo("sda\nsda:0\n");
      assertThat(disk.mpath("cat", "/sys/block/sda/delayed_removal_secs"))
          .as("it is another disk")
          .isEqualTo("0\n");
      monitor.awaitOutput("add      /devices/virtual/scsi_mpath_disk/0/sda (block)");
      Path back = folder.resolve("back.img");
      nbdcopy.run(LIMIT, disk.uri(), back.toString()).expectSuccess();
      assertThat(Files.mismatch(back, image)).isEqualTo(-1);
    }
  }
}
