package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ArrayServeTest {

  @TempDir Path folder;

  @Test
  void servesUnitsUntilItIsStopped() throws Exception {
    try (BackgroundRun run =
        BackgroundRun.start(
            "array", "serve", "--size", "4M", "--luns", "2", "--portal", "127.0.0.1:0")) {
      run.awaitOutput("ready");
      String first = run.out().lines().findFirst().orElseThrow();
      assertThat(first).matches("iscsi://127\\.0\\.0\\.1:[1-9]\\d*/iqn\\.2026-01\\.example:disk/1");

      CommandRun discover = CommandRun.of("discover", first);
      assertThat(discover.out()).contains("LUN 1").contains("LUN 2").contains("4.0 MiB");

      run.interrupt();
      assertThat(run.awaitStatus()).isZero();
    }
  }

  @Test
  void aFileIsMadeSparseInTheWantedSize() throws Exception {
    Path file = folder.resolve("disk.img");
    try (BackgroundRun run =
        BackgroundRun.start(
            "array",
            "serve",
            "--size",
            "1G",
            "--file",
            file.toString(),
            "--portal",
            "127.0.0.1:0")) {
      run.awaitOutput("ready");
      assertThat(Files.size(file)).isEqualTo(1L << 30);
    }
  }

  @Test
  void zonedAndWriteProtectedDisksAreOffered() throws Exception {
    try (BackgroundRun run =
        BackgroundRun.start(
            "array",
            "serve",
            "--size",
            "4M",
            "--zoned",
            "1M",
            "--write-protected",
            "--pr-file",
            folder.resolve("reservations").toString(),
            "--portal",
            "127.0.0.1:0")) {
      run.awaitOutput("ready");
      String url = run.out().lines().findFirst().orElseThrow();
      assertThat(CommandRun.of("discover", "--json", url).out()).contains("\"deviceType\":20");
    }
  }

  @Test
  void wrongUsageIsToldWithWhatIsExpected() {
    assertUsage("--portal", "array", "serve");
    assertUsage("HOST:PORT", "array", "serve", "--portal", "127.0.0.1");
    assertUsage("is not a size", "array", "serve", "--portal", "127.0.0.1:0", "--size", "big");
    assertUsage(
        "multiple of the block", "array", "serve", "--portal", "127.0.0.1:0", "--size", "700");
    assertUsage("--allow-remote", "array", "serve", "--portal", "0.0.0.0:0");
    assertUsage("--luns 0", "array", "serve", "--portal", "127.0.0.1:0", "--luns", "0");
    assertUsage(
        "mutually exclusive", "array", "serve", "--portal", "127.0.0.1:0", "--null", "--file", "x");
    assertUsage("--zoned", "array", "serve", "--portal", "127.0.0.1:0", "--zoned", "1M", "--null");
    assertUsage("array serve", "array");
  }

  @Test
  void aFileThatCannotBeMadeIsNamed() {
    CommandRun run =
        CommandRun.of(
            "array", "serve", "--portal", "127.0.0.1:0", "--file", folder + "/none/disk.img");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains(folder + "/none/disk.img").doesNotContain("Exception");
  }

  private static void assertUsage(String message, String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).startsWith("mpath: ").contains(message);
  }
}
