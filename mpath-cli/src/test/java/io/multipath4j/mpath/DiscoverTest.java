package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.login.ChapSecret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiscoverTest {

  @Test
  void listsTargetsPortalsAndLogicalUnits() throws Exception {
    try (TestArray array = TestArray.start()) {
      CommandRun run = CommandRun.of("discover", array.portalUrl(0));

      assertThat(run.status()).as(run.toString()).isZero();
      assertThat(run.out())
          .contains(TestArray.TARGET)
          .contains("portal " + array.portal(0).address() + ", group 1")
          .contains("portal " + array.portal(1).address() + ", group 2")
          .contains("LUN 1: ")
          .contains("LUN 2: ")
          .contains("8.0 MiB");
    }
  }

  @Test
  void jsonHasALinePerTargetAndLogicalUnit() throws Exception {
    try (TestArray array = TestArray.start()) {
      CommandRun run = CommandRun.of("discover", array.portalUrl(1), "--json");

      assertThat(run.status()).as(run.toString()).isZero();
      assertThat(run.out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"event\":"));
      assertThat(run.out()).contains("\"bytes\":8388608");
    }
  }

  @Test
  void aTargetThatIsNotThereIsToldWithThoseThatAre() throws Exception {
    try (TestArray array = TestArray.start()) {
      CommandRun run = CommandRun.of("discover", array.portalUrl(0) + "/iqn.2026-01.a:other");

      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err()).contains("no target iqn.2026-01.a:other").contains(TestArray.TARGET);
    }
  }

  @Test
  void aTargetThatWantsASecretIsListedWithTheReason() throws Exception {
    try (TestArray array = TestArray.withChap(new ChapSecret("a", "secret secret"), null)) {
      CommandRun run = CommandRun.of("discover", array.portalUrl(0));

      assertThat(run.out()).contains(TestArray.TARGET).contains("cannot be listed");
    }
  }

  @Test
  void aPortalThatRefusesIsToldInOneLine() throws Exception {
    try (TestArray array = TestArray.start()) {
      String url = array.portalUrl(0);
      array.portal(0).cut();

      CommandRun run = CommandRun.of("discover", url);

      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err()).startsWith("mpath: ").contains("refused").doesNotContain("Exception");
    }
  }
}
