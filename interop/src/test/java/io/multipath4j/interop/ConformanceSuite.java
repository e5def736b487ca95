package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** libiscsi's conformance suite: another host, which knows nothing of ours. */
final class ConformanceSuite {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Program program = Program.require("iscsi-test-cu", "libiscsi-bin");

  /**
   * What a run came to. The suite counts a skipped test as passed, so skips are counted here.
   *
   * @param ran tests that ran
   * @param failed of these
   * @param skipped of these
   */
  record Outcome(int ran, int failed, int skipped, String output) {

    void expectAllPassed(int tests) {
      assertThat(failed).as(output).isZero();
      assertThat(skipped).as(output).isZero();
      assertThat(ran).as(output).isEqualTo(tests);
    }
  }

  /**
   * Runs tests over one path or several. They write to the disk.
   *
   * @param tests a pattern, as in {@code SCSI.Write10.Simple}
   */
  Outcome run(String tests, String... urls) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-d", "-v", "-t", tests));
    arguments.addAll(List.of(urls));
    String output = program.run(LIMIT, arguments.toArray(String[]::new)).output();
    // "tests     12     12     12      0        0": total, ran, passed, failed, inactive
    Matcher row =
        Pattern.compile("tests\\s+\\d+\\s+(\\d+)\\s+\\d+\\s+(\\d+)\\s+\\d+").matcher(output);
    assertThat(row.find()).as("summary of the suite in %s", output).isTrue();
    int ran = Integer.parseInt(row.group(1));
    assertThat(ran).as("tests that ran: " + output).isPositive();
    int skipped = (int) output.lines().filter(line -> line.contains("[SKIPPED]")).count();
    return new Outcome(ran, Integer.parseInt(row.group(2)), skipped, output);
  }
}
