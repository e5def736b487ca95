package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.server.Portal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of the host's kernel on a loop device over a mounted disk. */
class MountedExt4Test {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void ext4OnALoopDeviceKeepsItsFiles() throws Exception {
    Program losetup = Program.require("losetup", "mount");
    Program.require("mkfs.ext4", "e2fsprogs");
    Program.requireFile(Path.of("/dev/loop-control"), "no loop devices");
    Program.requireRoot("loop devices and mount");
    Program bash = Program.require("bash", "bash");
    DiskImage.random(folder, "data", 20, 5);
    Path files = Files.createDirectory(folder.resolve("files"));
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      RamDisk disk = fuse.add(new RamDisk("sda", 64));
      String loop =
          losetup
              .run(LIMIT, "--find", "--show", folder.resolve("m/dev/sda").toString())
              .expectSuccess()
              .output()
              .strip();
      try {
        String use =
            """
            set -e
            cd '%s'
            mkfs.ext4 -q %2$s
            mount %2$s files
            cp data files/one
            mkdir files/d; for i in $(seq 300); do echo $i > files/d/$i; done
            umount files
            e2fsck -f -n %2$s
            mount %2$s files
            cmp data files/one
            [ "$(cat files/d/* | sort -n | tail -n 1)" = 300 ]
            rm files/one
            fstrim files
            umount files
            e2fsck -f -n %2$s
            """
                .formatted(folder, loop);
        bash.run(LIMIT, "-c", use).expectSuccess();
        assertThat(disk.flushes()).isPositive();
        assertThat(disk.zeroings()).as("fstrim punches holes").isPositive();
      } finally {
        bash.run(LIMIT, "-c", "umount '%s' 2>/dev/null; losetup -d %s".formatted(files, loop));
      }
    }
  }

  @Test
  void ext4OverTwoPathsKeepsItsFilesWhilePathsAreCut() throws Exception {
    Program losetup = Program.require("losetup", "mount");
    Program.require("mkfs.ext4", "e2fsprogs");
    Program.requireFile(Path.of("/dev/loop-control"), "no loop devices");
    Program.requireRoot("loop devices and mount");
    Program bash = Program.require("bash", "bash");
    DiskImage.random(folder, "data", 8, 6);
    Path files = Files.createDirectory(folder.resolve("files"));
    Path log = folder.resolve("log");
    try (MultipathRig rig = new MultipathRig(128);
        Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.disks.add(rig.disk, rig.loop());
      Path file = folder.resolve("m/dev").resolve(rig.disk.name());
      String loop =
          losetup.run(LIMIT, "--find", "--show", file.toString()).expectSuccess().output().strip();
      try {
        String load =
            """
            set -e
            cd '%s'
            mkfs.ext4 -q %2$s
            mount %2$s files
            i=0
            until [ -e enough ]; do
              i=$((i + 1))
              cp data files/$((i %% 8)); sync -f files; cmp data files/$((i %% 8))
            done
            umount files
            e2fsck -f -n %2$s
            mount %2$s files
            for file in files/[0-9]; do cmp data $file; done
            umount files
            echo rounds $i
            """
                .formatted(folder, loop);
        Process running = bash.start(log, "-c", load);
        try {
          cutPathsInTurn(rig);
          Files.createFile(folder.resolve("enough"));
          Waiting.until("the load ends", LIMIT, () -> !running.isAlive());
        } finally {
          Program.kill(running);
        }
        assertThat(running.exitValue()).as(Program.read(log)).isZero();
        assertThat(Program.read(log)).contains("rounds ");
        assertThat(rig.events).anyMatch(event -> event.contains(":0 failed"));
        assertThat(rig.events).anyMatch(event -> event.contains(":1 failed"));
      } finally {
        rig.portals.forEach(Portal::restore);
        bash.run(LIMIT, "-c", "umount '%s' 2>/dev/null; losetup -d %s".formatted(files, loop));
      }
    }
  }

  /** Each path alone, one of them by silence, then both at once for a while. */
  private static void cutPathsInTurn(MultipathRig rig) throws Exception {
    Duration pause = Duration.ofMillis(1500);
    Waiting.pass(pause);
    rig.portals.get(0).cut();
    Waiting.pass(pause);
    rig.portals.get(0).restore();
    Waiting.pass(pause.plus(pause));
    rig.portals.get(1).blackHole();
    Waiting.pass(pause);
    rig.portals.get(1).restore();
    Waiting.pass(pause.plus(pause));
    rig.portals.forEach(Portal::cut);
    Waiting.pass(pause);
    rig.portals.forEach(Portal::restore);
    Waiting.pass(pause);
  }
}
