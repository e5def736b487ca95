package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.multipath4j.fuse.MountException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a mount can be made, and how it ends. */
class MountLifeTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Path place;

  @BeforeEach
  void place() throws Exception {
    Fuse.require();
    place = Files.createDirectory(folder.toRealPath().resolve("a place"));
  }

  private String mountinfo() throws Exception {
    return Files.readString(Path.of("/proc/self/mountinfo"));
  }

  private String escapedPlace() {
    return place.toString().replace(" ", "\\040");
  }

  @Test
  void aMountThatADeadProcessHasLeftIsCleared() throws Exception {
    try (FuseHolder holder =
        FuseHolder.start(folder, place, "--enable-native-access=ALL-UNNAMED")) {
      holder.awaitOutput("mounted");
      assertThat(Files.size(place.resolve("dev/sda"))).isEqualTo(1 << 20);
      // While it lives, nobody else mounts over it.
      assertThatExceptionOfType(MountException.class)
          .isThrownBy(() -> Fuse.mountAt(place))
          .withMessageContaining("another mpath has it mounted");
      holder.kill();
    }
    assertThat(mountinfo()).contains(escapedPlace() + " ");
    assertThat(
            Program.require("ls", "coreutils")
                .run(LIMIT, place.toString())
                .expectFailure()
                .output())
        .contains("Transport endpoint is not connected");
    try (Fuse fuse = Fuse.mountAt(place)) {
      assertThat(Files.readString(place.resolve("sys/class/scsi_mpath_device/0/iopolicy")))
          .isEqualTo("numa\n");
      assertThat(fuse.mount().place()).isEqualTo(place);
    }
    assertThat(mountinfo()).doesNotContain(escapedPlace());
  }

  @Test
  void aDirectoryThatHoldsSomethingElseIsRefused() throws Exception {
    Path file = Files.createFile(place.resolve("file"));
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(() -> Fuse.mountAt(place))
        .withMessageContaining("there are files in it");
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(() -> Fuse.mountAt(file))
        .withMessageContaining("not a directory");
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(() -> Fuse.mountAt(folder.resolve("no/such")))
        .withMessageContaining("make the directory");
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(() -> Fuse.mountAt(Path.of("/proc")))
        .withMessageContaining("(proc) is mounted there");
    assertThat(file).exists();
  }

  @Test
  void javaThatMayNotCallNativeCodeSaysWhichOptionIsMissing() throws Exception {
    try (FuseHolder holder = FuseHolder.start(folder, place)) {
      holder.awaitOutput("refused: ");
      assertThat(holder.output())
          .contains("--enable-native-access=ALL-UNNAMED")
          .doesNotContain("WARNING")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void unmountingFromOutsideEndsIt() throws Exception {
    try (Fuse fuse = Fuse.mountAt(place)) {
      Program.require("fusermount3", "fuse3").run(LIMIT, "-u", place.toString()).expectSuccess();
      fuse.mount().ended().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(place).isEmptyDirectory();
    }
  }

  @Test
  void aMountInUseIsTakenAwayFromItsUsers() throws Exception {
    Process user;
    try (Fuse fuse = Fuse.mountAt(place)) {
      fuse.add(new RamDisk("sda", 1));
      user =
          Program.require("bash", "bash")
              .start(
                  folder.resolve("log"),
                  "-c",
                  "cd '%s/dev' && exec 3< sda && echo in && until [ -e '%s/go' ]; do sleep 0.05;"
                          .formatted(place, folder)
                      + " done; head -c 1 <&3; echo end $?");
      Waiting.until(
          "it is in use", LIMIT, () -> Program.read(folder.resolve("log")).contains("in"));
    }
    assertThat(mountinfo()).doesNotContain(escapedPlace());
    assertThat(place).isEmptyDirectory();
    Files.createFile(folder.resolve("go"));
    assertThat(user.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(Program.read(folder.resolve("log"))).contains("end 1");
  }
}
