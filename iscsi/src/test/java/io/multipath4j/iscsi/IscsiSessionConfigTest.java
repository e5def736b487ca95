package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.IscsiSessionConfig.Authentication;
import io.multipath4j.iscsi.IscsiSessionConfig.Limits;
import io.multipath4j.iscsi.login.ChapAlgorithm;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IscsiSessionConfigTest {

  private static final ChapSecret SECRET = new ChapSecret("alice", "hunter2hunter2");

  @Test
  void namesAreChecked() {
    Endpoint portal = SessionFixture.endpoint("p");
    for (String bad : List.of("disk", "iqn.a b", "iqn.a=b", "iqn." + "x".repeat(220))) {
      assertThatThrownBy(() -> IscsiSessionConfig.of("iqn.2026-01.a:i", bad, portal))
          .as(bad)
          .hasMessageContaining("is not an iSCSI name");
    }
    assertThatThrownBy(() -> IscsiSessionConfig.of("host", "", portal))
        .hasMessageContaining("initiator name \"host\"");
  }

  @Test
  void hostNameBecomesAnInitiatorName() {
    assertThat(IscsiSessionConfig.defaultInitiatorName("Web_01.example"))
        .isEqualTo("iqn.2026-01.io.multipath4j:web-01.example");
    assertThat(IscsiSessionConfig.defaultInitiatorName("x".repeat(400))).hasSize(223);
    assertThat(IscsiSessionConfig.defaultInitiatorName(""))
        .isEqualTo("iqn.2026-01.io.multipath4j:host");
  }

  @Test
  void secretsAreCheckedAndHidden() {
    assertThatThrownBy(
            () -> Authentication.mutualChap(SECRET, new ChapSecret("array", "hunter2hunter2")))
        .hasMessageContaining("are the same");
    assertThatThrownBy(() -> new Authentication(null, SECRET, List.of(ChapAlgorithm.MD5)))
        .hasMessageContaining("mutual CHAP needs");
    IscsiSessionConfig config =
        IscsiSessionConfig.of("iqn.2026-01.a:i", "", SessionFixture.endpoint("p"))
            .withAuthentication(Authentication.chap(SECRET));
    assertThat(config.toString()).contains("alice").doesNotContain("hunter2");
  }

  @Test
  void limitsAndTimesAreChecked() {
    assertThatThrownBy(() -> new Limits(0, 4096, 8192, 512, 512, 1, true, true, 0))
        .hasMessage("maxCommands is 0, expected 1 to 4096");
    assertThatThrownBy(() -> new Limits(1, 4096, 8192, 512, 1024, 1, true, true, 0))
        .hasMessageContaining("firstBurstLength is 1024");
    assertThatThrownBy(() -> new IscsiSessionConfig.Timing(0, 1, 1, 1, 1, 1, 1, 1))
        .hasMessageContaining("nopIntervalMillis");
  }

  @Test
  void sessionNeedsATargetAndA48BitIsid() {
    SessionFixture fixture = new SessionFixture();
    IscsiSessionConfig discovery = IscsiSessionConfig.of("iqn.a:i", "", fixture.portal);
    assertThatThrownBy(() -> new IscsiSession(fixture.loop, discovery, 1, new Random(1)))
        .hasMessageContaining("needs a target name");
    assertThatThrownBy(() -> new IscsiSession(fixture.loop, fixture.config, -1, new Random(1)))
        .hasMessageContaining("48 bits");
  }

  @Test
  void numaNodeComesFromTheInterface(@TempDir Path sys) throws IOException {
    Path device = Files.createDirectories(sys.resolve("eth7/device"));
    assertThat(NetworkNuma.nodeOf("eth7", sys)).isEqualTo(-1);
    Files.writeString(device.resolve("numa_node"), "3\n");
    assertThat(NetworkNuma.nodeOf("eth7", sys)).isEqualTo(3);
    Files.writeString(device.resolve("numa_node"), "-1\n");
    assertThat(NetworkNuma.nodeOf("eth7", sys)).isEqualTo(-1);
    Files.writeString(device.resolve("numa_node"), "garbage");
    assertThat(NetworkNuma.nodeOf("eth7", sys)).isEqualTo(-1);
    assertThat(NetworkNuma.nodeOf(SessionFixture.endpoint("unresolved"), sys)).isEqualTo(-1);
    Endpoint loopback =
        new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    assertThat(NetworkNuma.nodeOf(loopback, sys)).isEqualTo(-1);
  }
}
