package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system of the host's kernel over {@code mpath attach --mount}, while paths are cut,
 * removed, and all gone for a while.
 */
class AttachedExt4Test {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(700);

  @TempDir Path folder;

  @Test
  void filesSurvivePathsThatAreCutAndRemovedAndADiskWithoutPaths() throws Exception {
    Program losetup = Program.require("losetup", "mount");
    Program.require("mkfs.ext4", "e2fsprogs");
    Program.requireFile(Path.of("/dev/fuse"), "no FUSE");
    Program.requireFile(Path.of("/dev/loop-control"), "no loop devices");
    Program.requireRoot("loop devices and mount");
    Program bash = Program.require("bash", "bash");
    Path image = DiskImage.random(folder, "disk.img", 64, 7);
    DiskImage.random(folder, "data", 4, 8);
    Path files = Files.createDirectory(folder.resolve("files"));
    Path mount = Files.createDirectory(folder.resolve("m"));
    Tgt.Identity identity = Tgt.Identity.of("AB0C02");
    try (Tgt first = Tgt.start(folder, Ports.free(), image, identity);
        Tgt second = Tgt.start(folder, Ports.free(), image, identity);
        AttachedDisk disk =
            AttachedDisk.attach(
                folder,
                List.of(first.url(), second.url()),
                "--delayed-removal",
                "60s",
                "--mount",
                mount.toString())) {
      String loop =
          losetup
              .run(LIMIT, "--find", "--show", mount.resolve("dev/sda").toString())
              .expectSuccess()
              .output()
              .strip();
      try {
        Path log = folder.resolve("log");
        Process load = bash.start(log, "-c", load(loop));
        try {
          Waiting.until("a round is done", LIMIT, () -> Program.read(log).contains("round 1\n"));
          disturb(disk, mount, first, second);
          Files.createFile(folder.resolve("enough"));
          Waiting.until("the load ends", LIMIT, () -> !load.isAlive());
        } finally {
          Program.kill(load);
        }
        assertThat(load.exitValue()).as(Program.read(log) + disk.output()).isZero();
        assertThat(disk.count("disk sda")).as("it was never another disk").isEqualTo(1);
        assertThat(disk.output()).doesNotContain("no path came back in time");
      } finally {
        bash.run(LIMIT, "-c", "umount '%s' 2>/dev/null; losetup -d %s".formatted(files, loop));
      }
    }
  }

  /** Writes files round by round, and reads each again; in the end all of them, mounted anew. */
  private String load(String loop) {
    return """
    set -e
    cd '%s'
    mkfs.ext4 -q %2$s
    mount %2$s files
    i=0
    until [ -e enough ]; do
      i=$((i + 1))
      cp data files/$((i %% 6)); sync -f files
      echo 1 > /proc/sys/vm/drop_caches
      cmp data files/$((i %% 6))
      echo round $i
    done
    umount files
    e2fsck -f -n %2$s
    mount %2$s files
    for file in files/[0-9]; do cmp data $file; done
    umount files
    """
        .formatted(folder, loop);
  }

  private static void disturb(AttachedDisk disk, Path mount, Tgt first, Tgt second)
      throws Exception {
    first.kill();
    disk.awaitOutput("(1 of 2 paths working)");
    Waiting.pass(PAUSE);
    first.restore();
    disk.awaitOutput("(2 of 2 paths working)");

    Path sys = mount.resolve("sys");
    List<String> paths = paths(sys);
    assertThat(paths).hasSize(2);
    removePath(sys, paths.get(0));
    Waiting.pass(PAUSE);
    scan(sys, paths.get(0));
    assertThat(paths(sys)).isEqualTo(paths);

    second.pause();
    Waiting.pass(PAUSE.plus(PAUSE));
    second.resume();
    disk.awaitAnother("(2 of 2 paths working)", 1);

    paths.forEach(path -> removePath(sys, path));
    assertThat(paths(sys)).isEmpty();
    assertThat(Files.size(mount.resolve("dev/sda"))).isEqualTo(64 << 20);
    Waiting.pass(PAUSE);
    paths.forEach(path -> scan(sys, path));
    assertThat(paths(sys)).isEqualTo(paths);
    Waiting.pass(PAUSE);
  }

  private static List<String> paths(Path sys) throws Exception {
    try (var links = Files.list(sys.resolve("class/scsi_mpath_device/0/multipath"))) {
      return links.map(link -> link.getFileName().toString()).sorted().toList();
    }
  }

  private static void removePath(Path sys, String address) {
    write(sys.resolve("class/scsi_device").resolve(address).resolve("device/delete"), "1\n");
  }

  private static void scan(Path sys, String address) {
    String host = "host" + address.substring(0, address.indexOf(':'));
    write(sys.resolve("class/scsi_host").resolve(host).resolve("scan"), "- - -\n");
  }

  /** As {@code echo TEXT > FILE}. */
  private static void write(Path file, String text) {
    try {
      Files.write(file, text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
