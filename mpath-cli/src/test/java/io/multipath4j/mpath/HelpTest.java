package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "discover",
        "attach",
        "ls",
        "cat",
        "set",
        "tree",
        "monitor",
        "rescan",
        "pr",
        "sg",
        "zones",
        "mount",
        "umount",
        "array serve"
      })
  void everyCommandExplainsItselfWithExamplesThatCanBeCopied(String name) {
    CommandRun help = run(name, "--help");

    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("Exit status:").contains("Example");
    String examples = help.out().substring(help.out().indexOf("Example"));
    assertThat(examples.lines().skip(1)).allMatch(line -> line.startsWith("  "), "is not wrapped");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "discover",
        "attach",
        "ls",
        "cat",
        "set",
        "tree",
        "monitor",
        "rescan",
        "pr",
        "sg",
        "zones",
        "mount",
        "umount",
        "array",
        "array serve"
      })
  void everyCommandTellsTheVersion(String name) {
    assertThat(run(name, "--version").out()).startsWith("mpath ");
  }

  private static CommandRun run(String name, String option) {
    List<String> arguments = new ArrayList<>();
    if (!name.isEmpty()) {
      arguments.addAll(Arrays.asList(name.split(" ", -1)));
    }
    arguments.add(option);
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
