package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void helpNamesTheExitStatusesAndGivesExamples() {
    CommandRun run = CommandRun.of("--help");

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("Exit status:").contains("Examples:").contains("mpath demo");
  }

  @Test
  void versionNamesTheProgramAndItsJava() {
    CommandRun run = CommandRun.of("--version");

    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("mpath ").contains("Java ");
  }

  @Test
  void wrongUsageEndsWithTwoAndAHint() {
    CommandRun none = CommandRun.of();
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("which command?").contains("mpath --help");

    CommandRun unknown = CommandRun.of("--colour");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("--colour").doesNotContain("\tat ");
  }
}
