package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.scsi.TransportDescription;
import org.junit.jupiter.api.Test;

/** What a session shows of itself in the attribute tree. */
class SessionDescriptionTest {

  private final SessionFixture fixture = new SessionFixture();

  @Test
  void aSessionTellsItsNamesAndTheKernelsWordForItsState() {
    fixture.start();
    TransportDescription told = fixture.session.description();
    assertThat(told.driver()).isEqualTo("iscsi_tcp");
    assertThat(told.session().orElseThrow().prefix()).isEqualTo("session");
    assertThat(told.session().orElseThrow().className()).isEqualTo("iscsi_session");
    assertThat(value("targetname")).isEqualTo("iqn.2026-01.test:disk");
    assertThat(value("initiatorname")).isEqualTo("iqn.2026-01.test:initiator");
    assertThat(value("state")).isEqualTo("FAILED");
    fixture.await(() -> fixture.session.isUp(), 1000, "session up");
    assertThat(value("state")).isEqualTo("LOGGED_IN");
    fixture.onLoop(() -> fixture.session.reconnect("planned by the test"));
    fixture.await(() -> value("state").equals("FAILED") || fixture.session.isUp(), 10, "loss");
    fixture.await(() -> fixture.session.isUp(), 5000, "session up again");
    assertThat(value("state")).isEqualTo("LOGGED_IN");
    fixture.onLoop(() -> fixture.session.close());
    assertThat(value("state")).isEqualTo("FREE");
  }

  private String value(String name) {
    return fixture.session.description().session().orElseThrow().values().stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow()
        .text()
        .get();
  }
}
