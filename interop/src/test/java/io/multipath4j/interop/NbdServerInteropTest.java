package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Our NBD server under libnbd's, qemu's and fio's clients. */
class NbdServerInteropTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int MEBIBYTES = 64;

  @TempDir Path folder;

  @Test
  void nbdinfoListsTheExportWithItsFlagsAndBlockSizes() throws Exception {
    Program nbdinfo = Program.require("nbdinfo", "libnbd-bin");
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      Program.Result result = nbdinfo.run(LIMIT, "--list", "--json", disk.uri()).expectSuccess();
      JsonNode root = JsonMapper.shared().readTree(result.output());
      assertThat(root.path("protocol").asString()).isEqualTo("newstyle-fixed");
      assertThat(root.path("structured").asBoolean()).isTrue();
      JsonNode export = root.path("exports").path(0);
      assertThat(export.path("export-size").asLong()).isEqualTo((long) MEBIBYTES << 20);
      assertThat(export.path("can_flush").asBoolean()).isTrue();
      assertThat(export.path("can_fua").asBoolean()).isTrue();
      assertThat(export.path("can_trim").asBoolean()).isTrue();
      assertThat(export.path("can_zero").asBoolean()).isTrue();
      assertThat(export.path("can_multi_conn").asBoolean()).isTrue();
      assertThat(export.path("is_read_only").asBoolean()).isFalse();
      assertThat(export.path("block_size_minimum").asInt()).isEqualTo(512);
    }
  }

  @Test
  void nbdcopyWritesAnImageAndReadsTheSameBack() throws Exception {
    Program nbdcopy = Program.require("nbdcopy", "libnbd-bin");
    Path image = DiskImage.random(folder, "image", MEBIBYTES, 7);
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      nbdcopy.run(LIMIT, image.toString(), disk.uri()).expectSuccess();
      Path back = folder.resolve("back");
      nbdcopy.run(LIMIT, disk.uri(), back.toString()).expectSuccess();
      assertThat(Files.mismatch(image, back)).isEqualTo(-1);
    }
  }

  @Test
  void qemuImgConvertsToTheDiskAndComparesEqual() throws Exception {
    Program qemuImg = Program.require("qemu-img", "qemu-utils");
    Path image = DiskImage.random(folder, "image", MEBIBYTES, 8);
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      String[] convert = {"convert", "-n", "-f", "raw", "-O", "raw", image.toString(), disk.uri()};
      qemuImg.run(LIMIT, convert).expectSuccess();
      qemuImg
          .run(LIMIT, "compare", "-f", "raw", "-F", "raw", image.toString(), disk.uri())
          .expectSuccess();
      assertThat(qemuImg.run(LIMIT, "info", disk.uri()).expectSuccess().output())
          .contains("64 MiB");
    }
  }

  @Test
  void qemuIoWritesZeroesDiscardsAndVerifiesPatterns() throws Exception {
    Program qemuIo = Program.require("qemu-io", "qemu-utils");
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      Program.Result result =
          qemuIo.run(
              LIMIT,
              "-f",
              "raw",
              "-c",
              "write -P 0xa5 0 1M",
              "-c",
              "write -f -P 0x5a 64k 64k",
              "-c",
              "read -P 0x5a 64k 64k",
              "-c",
              "write -z 128k 128k",
              "-c",
              "read -P 0 128k 128k",
              "-c",
              "discard 512k 64k",
              "-c",
              "read -P 0xa5 256k 256k",
              "-c",
              "write -P 0x11 100 3",
              "-c",
              "read -P 0x11 100 3",
              "-c",
              "flush",
              disk.uri());
      result.expectSuccess();
      assertThat(result.output())
          .doesNotContain("Pattern verification failed")
          .doesNotContain("error");
    }
  }

  @Test
  void fioVerifiesEveryBlockItWrote() throws Exception {
    Program fio = Program.require("fio", "fio");
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      Program.Result result =
          fio.run(LIMIT, Fio.verifyingRandomWrites(disk.socket(), Duration.ofSeconds(4)));
      result.expectSuccess();
      assertThat(result.output()).doesNotContain("verify failed");
    }
  }

  @Test
  void aClientKilledWithRequestsInFlightHarmsNobodyElse() throws Exception {
    Program fio = Program.require("fio", "fio");
    Program nbdinfo = Program.require("nbdinfo", "libnbd-bin");
    try (ServedDisk disk = ServedDisk.start(folder, "--size", MEBIBYTES + "M")) {
      for (int round = 0; round < 5; round++) {
        Path log = folder.resolve("fio" + round + ".log");
        Process load =
            fio.start(
                log,
                "--name=killed",
                "--ioengine=nbd",
                "--uri=" + disk.uri(),
                "--rw=randrw",
                "--bs=4k",
                "--size=32m",
                "--iodepth=128",
                "--time_based",
                "--runtime=30");
        Waiting.pass(Duration.ofSeconds(1));
        Program.kill(load);
      }
      nbdinfo.run(LIMIT, disk.uri()).expectSuccess();
      fio.run(LIMIT, Fio.verifyingRandomWrites(disk.socket(), Duration.ofSeconds(2)))
          .expectSuccess();
    }
  }
}
