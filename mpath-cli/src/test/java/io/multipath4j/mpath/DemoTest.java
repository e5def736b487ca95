package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoTest {

  @Test
  void everyByteIsRightWhileEachPortalFailsAndNothingIsLeftBehind() throws Exception {
    CommandRun run = CommandRun.of("demo", "--duration", "2s");

    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .containsPattern("\\d+ reads verified, 0 wrong, 0 lost")
        .containsPattern("cut 127.0.0.1:\\d+: noticed after \\d+ ms, longest I/O \\d+ ms")
        .containsPattern("silenced 127.0.0.1:\\d+: noticed after \\d+ ms")
        .contains("(1 of 2 paths working)")
        .contains("(2 of 2 paths working)");
    assertThat(run.err()).isEmpty();
    assertThat(folder(run.out())).doesNotExist();
    assertThat(loopThreads()).isEmpty();
  }

  @Test
  void quietTellsTheResultAloneAndJsonIsOneObjectPerLine() {
    CommandRun quiet = CommandRun.of("demo", "--duration", "1s", "--quiet", "--seed", "1");
    assertThat(quiet.status()).as(quiet.out() + quiet.err()).isZero();
    assertThat(quiet.out().strip()).matches("\\d+ reads verified, 0 wrong, 0 lost");

    CommandRun json = CommandRun.of("demo", "--duration", "1s", "--json");
    assertThat(json.status()).as(json.out() + json.err()).isZero();
    List<String> lines = json.out().lines().toList();
    assertThat(lines).allMatch(line -> line.startsWith("{\"event\":\"") && line.endsWith("}"));
    assertThat(lines.getLast()).contains("\"right\":true").contains("\"wrong\":0");
    assertThat(lines).filteredOn(line -> line.contains("\"failover\"")).hasSize(2);
  }

  @Test
  void anInterruptStopsItAndLeavesNothingBehind() throws Exception {
    try (BackgroundRun run = BackgroundRun.start("demo", "--duration", "60s")) {
      run.awaitOutput("in flight");
      assertThat(folder(run.out())).exists();
      run.interrupt();

      assertThat(run.awaitStatus()).isEqualTo(130);
      assertThat(run.out()).contains("stopped before the end");
      assertThat(folder(run.out())).doesNotExist();
    }
    assertThat(loopThreads()).isEmpty();
  }

  @Test
  void aDurationThatMakesNoSenseIsRefused() {
    assertThat(CommandRun.of("demo", "--duration", "0s").status()).isEqualTo(2);
    CommandRun run = CommandRun.of("demo", "--duration", "soon");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("'soon' is not a time");
  }

  /** Returns the private folder of a run, from the socket that it says it serves. */
  private static Path folder(String out) {
    Matcher socket = Pattern.compile("socket=(\\S+)").matcher(out);
    assertThat(socket.find()).as(out).isTrue();
    return Path.of(socket.group(1)).getParent();
  }

  private static List<String> loopThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("mpath-"))
        .toList();
  }
}
