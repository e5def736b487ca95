package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mpath mount} of a process that attaches: whoever ends it, nothing is left mounted. */
class MountCommandTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Path place;
  private Path control;

  @BeforeEach
  void place() throws Exception {
    Fuse.require();
    place = Files.createDirectory(folder.toRealPath().resolve("files"));
    control = folder.resolve("control.sock");
  }

  private MpathProcess attach(ServedArray array, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("attach", array.firstUrl(), array.secondUrl()));
    arguments.addAll(List.of("--nbd", "unix:" + folder.resolve("disk.sock")));
    arguments.addAll(List.of("--control", control.toString()));
    arguments.addAll(List.of(more));
    return MpathProcess.start(folder, arguments.toArray(String[]::new)).awaitOutput("ready");
  }

  private MpathProcess mount() throws Exception {
    return MpathProcess.start(folder, "mount", place.toString(), "--control", control.toString())
        .awaitOutput("mounted at");
  }

  private void assertNothingIsMounted() throws Exception {
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(place.toString());
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void ctrlCUnmounts() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "8M");
        MpathProcess attached = attach(array)) {
      MpathProcess mount = mount();
      assertThat(Files.size(place.resolve("dev/sda"))).isEqualTo(8 << 20);

      mount.signal("INT");

      assertThat(mount.awaitExit()).isZero();
      assertNothingIsMounted();
      assertThat(attached.output()).doesNotContain("Exception");
    }
  }

  @Test
  void unmountingFromOutsideEndsTheCommand() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "8M");
        MpathProcess _ = attach(array)) {
      MpathProcess mount = mount();
      Program.require("fusermount3", "fuse3").run(LIMIT, "-u", place.toString()).expectSuccess();

      assertThat(mount.awaitExit()).isZero();
      assertThat(mount.output()).contains("unmounted");

      MpathProcess again = mount();
      MpathProcess.start(folder, "umount", place.toString(), "--control", control.toString())
          .awaitExit();
      assertThat(again.awaitExit()).isZero();
      assertNothingIsMounted();
    }
  }

  @Test
  void aCommandThatIsKilledTakesItsMountWithIt() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "8M");
        MpathProcess _ = attach(array)) {
      MpathProcess mount = mount();

      mount.signal("KILL");
      mount.awaitExit();

      Waiting.until("it is unmounted", LIMIT, () -> !Files.exists(place.resolve("sys")));
      assertNothingIsMounted();
    }
  }

  @Test
  void itEndsWithTheProcessThatAttaches() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "8M")) {
      MpathProcess mount;
      try (MpathProcess _ = attach(array)) {
        mount = mount();
      }
      assertThat(mount.awaitExit()).isEqualTo(1);
      assertThat(mount.output()).contains("the process ends");
      assertNothingIsMounted();
    }
  }

  @Test
  void theMountOfAReadOnlyAttachmentCannotBeWritten() throws Exception {
    try (ServedArray array = ServedArray.start(folder, "--size", "8M");
        MpathProcess _ = attach(array, "--read-only", "--mount", place.toString())) {
      assertThat(
              Program.require("dd", "coreutils")
                  .run(
                      LIMIT,
                      "if=/dev/zero",
                      "of=" + place.resolve("dev/sda"),
                      "bs=512",
                      "count=1",
                      "conv=notrunc")
                  .expectFailure()
                  .output())
          .contains("Read-only file system");
      assertThat(Files.size(place.resolve("dev/sda"))).isEqualTo(8 << 20);
    }
    assertNothingIsMounted();
  }
}
