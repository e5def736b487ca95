package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounted disks under the programs that people use on block devices. */
class MountedDiskTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;

  private String shell(String script) throws Exception {
    return Program.require("bash", "bash")
        .run(LIMIT, "-c", "set -e -o pipefail; cd '" + folder + "'; " + script)
        .expectSuccess()
        .output();
  }

  private String refusal(String script) throws Exception {
    return Program.require("bash", "bash")
        .run(LIMIT, "-c", "cd '" + folder + "'; " + script)
        .expectFailure()
        .output();
  }

  @Test
  void ddOfOddSizesAtOddPlacesReadsBackEqual() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      RamDisk disk = fuse.add(new RamDisk("sda", 4096, 8 << 20, 8 << 20));
      DiskImage.random(folder, "image", 8, 1);
      shell("dd if=image of=m/dev/sda bs=1M conv=notrunc,fsync && cmp image m/dev/sda");
      assertThat(disk.flushes()).isPositive();
      // The same changes to the disk and to a plain file, each by writes that fill no block.
      shell(
          """
          head -c 300000 image > odd
          for at in 1 511 512 4095 4097 70001 1048575 7999999; do
            for to in image m/dev/sda; do
              dd if=odd of=$to bs=777 count=100 seek=$at oflag=seek_bytes conv=notrunc status=none
            done
          done
          for to in image m/dev/sda; do
            printf 'one byte at a time' | dd of=$to bs=1 seek=12345 conv=notrunc status=none
          done
          cmp image m/dev/sda
          """);
      assertThat(shell("dd if=m/dev/sda bs=999 skip=3 count=5 status=none | cksum"))
          .isEqualTo(shell("dd if=image bs=999 skip=3 count=5 status=none | cksum"));
    }
  }

  @Test
  void punchedHolesAndZeroedRangesReadZeroesAndTheirNeighboursStay() throws Exception {
    Program.require("fallocate", "util-linux");
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      RamDisk disk = fuse.add(new RamDisk("sda", 4096, 4 << 20, 4 << 20));
      DiskImage.random(folder, "image", 4, 2);
      shell("dd if=image of=m/dev/sda bs=1M conv=notrunc status=none");
      shell(
          """
          for range in '4096 8192' '20001 3' '30000 70000' '204799 2' '3000000 2000000'; do
            set -- $range
            fallocate -p -o $1 -l $2 m/dev/sda
            size=$2
            [ $(($1 + $2)) -le 4194304 ] || size=$((4194304 - $1))
            dd if=/dev/zero of=image bs=$size count=1 seek=$1 oflag=seek_bytes conv=notrunc status=none
          done
          fallocate -z -n -o 500000 -l 100000 m/dev/sda
          dd if=/dev/zero of=image bs=100000 count=1 seek=500000 oflag=seek_bytes conv=notrunc status=none
          cmp image m/dev/sda
          """);
      assertThat(disk.zeroings()).isEqualTo(4);
      assertThat(refusal("fallocate -l 1M m/dev/sda")).contains("not supported");
      assertThat(shell("stat -c %s m/dev/sda")).isEqualTo("4194304\n");
    }
  }

  @Test
  void writersThatShareBlocksLoseNothing() throws Exception {
    Program.require("python3", "python3");
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.add(new RamDisk("sda", 4096, 1 << 20, 1 << 20));
      // Eight processes; each owns every eighth run of 100 bytes, so that all share all blocks.
      Files.writeString(
          folder.resolve("writer.py"),
          """
          import os, sys
          me = int(sys.argv[1])
          f = os.open('m/dev/sda', os.O_WRONLY)
          for at in range(me * 100, 160000, 800):
              os.pwrite(f, bytes([65 + me]) * 100, at)
          """);
      shell(
          """
          pids=
          for me in 0 1 2 3 4 5 6 7; do python3 writer.py $me & pids="$pids $!"; done
          for pid in $pids; do wait $pid; done
          python3 - <<'END'
          data = open('m/dev/sda', 'rb').read(160000)
          want = b''.join(bytes([65 + i % 8]) * 100 for i in range(1600))
          assert data == want, [i for i in range(1600) if data[i*100:i*100+100] != want[i*100:i*100+100]]
          END
          """);
    }
  }

  @Test
  void aDiskKeepsItsSizeAndGrowsOnlyByItself() throws Exception {
    Program.require("truncate", "coreutils");
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      RamDisk disk = fuse.add(new RamDisk("sda", 512, 1 << 20, 2 << 20));
      assertThat(shell("stat -c '%A %s' m/dev/sda")).isEqualTo("-rw-rw---- 1048576\n");
      shell("truncate -s 1048576 m/dev/sda && : > m/dev/sda");
      assertThat(shell("stat -c %s m/dev/sda")).isEqualTo("1048576\n");
      assertThat(refusal("truncate -s 1000 m/dev/sda")).contains("Invalid argument");
      assertThat(refusal("dd if=/dev/zero of=m/dev/sda bs=1M count=2 conv=notrunc"))
          .contains("No space left on device");
      assertThat(shell("exec 3< m/dev/sda; stat -L -c %s /dev/fd/3; cat <&3 | wc -c"))
          .isEqualTo("1048576\n1048576\n");
      disk.resize(2 << 20);
      assertThat(shell("stat -c %s m/dev/sda; wc -c < m/dev/sda; cat m/dev/sda | wc -c"))
          .isEqualTo("2097152\n2097152\n2097152\n");
    }
  }

  @Test
  void aReadOnlyDiskShowsItAndRefusesWrites() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.add(new RamDisk("sda", 1)).setReadOnly();
      assertThat(shell("stat -c %A m/dev/sda")).isEqualTo("-r--r-----\n");
      assertThat(refusal("echo x > m/dev/sda")).contains("Read-only file system");
      assertThat(shell("wc -c < m/dev/sda")).isEqualTo("1048576\n");
    }
  }

  @Test
  void theDisksErrorIsTheReadersError() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      RamDisk disk = fuse.add(new RamDisk("sda", 1));
      disk.failWith(BlockStatus.MEDIUM);
      assertThat(refusal("cat m/dev/sda")).contains("No data available");
      disk.failWith(BlockStatus.IOERR);
      assertThat(refusal("cat m/dev/sda")).contains("Input/output error");
      assertThat(refusal("dd if=/dev/zero of=m/dev/sda bs=100 count=1 conv=notrunc"))
          .contains("Input/output error");
    }
  }

  @Test
  void whoHasARemovedDiskOpenGetsErrorsAlsoWhenItsNameIsTakenAgain() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.add(new RamDisk("sda", 1));
      Process holder =
          Program.require("bash", "bash")
              .start(
                  folder.resolve("log"),
                  "-c",
                  "cd '%s'; exec 3<> m/dev/sda; echo open; until [ -e go ]; do sleep 0.05; done;"
                          .formatted(folder)
                      + " head -c 10 <&3; echo end $?");
      Waiting.until(
          "it is open", LIMIT, () -> Program.read(folder.resolve("log")).contains("open"));
      assertThat(fuse.disks.remove("sda")).isTrue();
      assertThat(shell("ls m/dev")).isEmpty();
      fuse.add(new RamDisk("sda", 2));
      Files.createFile(folder.resolve("go"));
      assertThat(holder.waitFor()).isZero();
      assertThat(Program.read(folder.resolve("log")))
          .contains("No such device or address")
          .contains("end 1");
      assertThat(shell("stat -c %s m/dev/sda")).isEqualTo("2097152\n");
    }
  }

  @Test
  void aDiskThatHangsHoldsNobodyElse() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.add(new RamDisk("sda", 1)).hold();
      fuse.add(new RamDisk("sdb", 1));
      Process hanging =
          Program.require("bash", "bash")
              .start(
                  folder.resolve("log"),
                  "-c",
                  "cd '%s'; for i in $(seq 40); do cat m/dev/sda & done; wait".formatted(folder));
      assertThat(hanging.waitFor(1, TimeUnit.SECONDS)).isFalse();
      assertThat(shell("cat m/sys/class/scsi_mpath_device/0/iopolicy")).isEqualTo("numa\n");
      assertThat(shell("wc -c < m/dev/sdb")).isEqualTo("1048576\n");
      fuse.mount().close();
      // Unmounting ends those who wait.
      assertThat(hanging.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aFileIsMappedIntoMemory() throws Exception {
    Program.require("python3", "python3");
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      fuse.add(new RamDisk("sda", 1));
      shell(
          """
          python3 - <<'END'
          import mmap, os
          f = os.open('m/dev/sda', os.O_RDWR)
          m = mmap.mmap(f, 1 << 20)
          m[5000:5005] = b'hello'
          m.flush()
          assert os.pread(f, 5, 5000) == b'hello'
          END
          """);
    }
  }
}
