package io.multipath4j.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Runs every stress test in JVMs of their own, and fails on an outcome that is forbidden. {@code
 * -Dmultipath4j.stress=short} takes one to two minutes on two free cores, {@code long} hours.
 */
@EnabledIfSystemProperty(
    named = "multipath4j.stress",
    matches = "short|long",
    disabledReason = "takes minutes; -Dmultipath4j.stress=short (or long) runs it")
class StressTest {

  private static final boolean LONG = "long".equals(System.getProperty("multipath4j.stress"));

  /** Far more than it takes, so that a busy machine is no failure and a hanging JVM is one. */
  private static final long DEADLINE_MINUTES = LONG ? 8 * 60 : 12;

  private static final Path FOLDER = Path.of("target", "jcstress").toAbsolutePath();

  /** A line of progress; the last one counts everything. */
  private static final Pattern PROGRESS =
      Pattern.compile(
          "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard");

  @Test
  void noForbiddenOutcomeIsSeen() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    Path output = FOLDER.resolve("output.txt");
    Process process =
        new ProcessBuilder(command())
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(ended).as("ended within %d minutes:%n%s", DEADLINE_MINUTES, said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(failures(said)).as("failed, not run, or no test at all:%n%s", said).isZero();
  }

  /** Returns how many planned runs did not pass; -1 when there were none. */
  private static int failures(String said) {
    int failures = -1;
    for (Matcher line = PROGRESS.matcher(said); line.find(); ) {
      int planned = Integer.parseInt(line.group(1));
      failures = planned == 0 ? -1 : planned - Integer.parseInt(line.group(2));
    }
    return failures;
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-r", FOLDER.resolve("report").toString()));
    if (LONG) {
      command.addAll(List.of("-m", "default"));
    } else {
      command.addAll(List.of("-m", "quick", "-sc", "false", "-iters", "2", "-time", "50"));
    }
    return command;
  }
}
