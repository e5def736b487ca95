package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code mpath} at the root, in a copy of the tree with a Maven and a JDK that only
 * tell.
 */
@Timeout(60)
class LauncherTest {

  private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

  @TempDir Path root;

  /** How a run ended. */
  private record Run(int status, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    copy("mpath");
    copy(".mvn/find-jdk.sh");
    write("pom.xml", "");
    write("mpath-cli/pom.xml", "");
    write("mpath-cli/src/main/Main.java", "");
    script(
        "mvnw",
        """
        echo built >> "$(dirname "$0")/builds"
        echo '[INFO] Building multipath4j reactor 0.1.0 [1/2]'
        echo '[INFO] Building multipath4j mpath-cli 0.1.0 [2/2]'
        jars="$(dirname "$0")/mpath-cli/target/quick"
        mkdir -p "$jars" && touch "$jars/multipath4j-mpath-cli-0.1.0.jar"
        """);
    write("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");
    script("jdk/bin/javac", "");
    script("jdk/bin/java", "for argument; do echo \"<$argument>\"; done\n");
    age();
  }

  @Test
  void buildsOnFirstUseWithProgressOnStandardError() throws Exception {
    Run run = run("attach", "a b", "--nbd");

    assertThat(run.status()).as(run.toString()).isZero();
    assertThat(run.err()).contains("[1/2] reactor").contains("[2/2] mpath-cli");
    assertThat(run.out())
        .contains("<-Xmx128m>\n")
        .contains("<io.multipath4j.mpath/io.multipath4j.mpath.Main>\n")
        .endsWith("<attach>\n<a b>\n<--nbd>\n");
  }

  @Test
  void buildsAgainOnlyWhenASourceChanged() throws Exception {
    run();
    Run second = run();
    assertThat(builds()).isEqualTo(1);
    assertThat(second.err()).isEmpty();

    write("mpath-cli/src/main/Main.java", "changed");
    Files.setLastModifiedTime(
        root.resolve("mpath-cli/src/main/Main.java"), FileTime.from(Instant.now().plusSeconds(10)));
    run();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFailedBuildShowsItsErrorsAndDoesNotRunAnything() throws Exception {
    script("mvnw", "echo '[INFO] noise'; echo '[ERROR] Main.java:[3,1] no such thing'; exit 1\n");

    Run run = run("demo");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("Main.java:[3,1] no such thing")
        .contains("launch.log")
        .doesNotContain("noise");
    assertThat(root.resolve("mpath-cli/target/launch.lock")).doesNotExist();
  }

  @Test
  void theLockOfADeadBuildIsTakenOver() throws Exception {
    write("mpath-cli/target/launch.lock/pid", "999999999\n");

    assertThat(run().status()).isZero();
  }

  private void copy(String name) throws IOException {
    Path target = root.resolve(name);
    Files.createDirectories(target.getParent());
    Files.copy(REPOSITORY.resolve(name), target);
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    Files.writeString(root.resolve(name), text);
  }

  private void script(String name, String body) throws IOException {
    write(name, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Sources are older than the build that comes, also where time stamps are coarse. */
  private void age() throws IOException {
    FileTime past = FileTime.from(Instant.now().minusSeconds(60));
    for (String name : List.of("pom.xml", "mpath-cli/pom.xml", "mpath-cli/src/main/Main.java")) {
      Files.setLastModifiedTime(root.resolve(name), past);
    }
    Files.setLastModifiedTime(root.resolve("mpath-cli/src/main"), past);
  }

  private long builds() throws IOException {
    return Files.readAllLines(root.resolve("builds")).size();
  }

  private Run run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(root.resolve("mpath").toString()));
    command.addAll(List.of(arguments));
    Path out = root.resolve("out.txt");
    Path err = root.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the launcher ends").isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
