package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.Endpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangingExportsTest {

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice first = new MemoryDevice(1 << 20);
  private final MemoryDevice second = new MemoryDevice(1 << 20);
  private NbdServer server;

  @BeforeEach
  void serve() throws Exception {
    server =
        NbdServer.start(
            loop,
            NbdServerConfig.builder()
                .export(NbdExport.of("sda", first))
                .listen(new Endpoint.Unix(Path.of("nbd.sock")))
                .build());
  }

  @Test
  void anExportThatComesLaterIsServed() {
    server.addExport(NbdExport.of("sdb", second));

    RawClient client = RawClient.simple(loop, "sdb");
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    assertThat(client.onlyReply(512).error()).isZero();
    assertThat(server.connections()).extracting(NbdConnection::exportName).containsExactly("sdb");
  }

  @Test
  void aNameIsGivenOnce() {
    assertThatThrownBy(() -> server.addExport(NbdExport.of("sda", second)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sda");
  }

  @Test
  void clientsOfAnExportThatGoesAreEndedAndOthersStay() {
    server.addExport(NbdExport.of("sdb", second));
    RawClient leaving = RawClient.simple(loop, "sda");
    RawClient staying = RawClient.simple(loop, "sdb");

    assertThat(server.removeExport("sda")).isTrue();
    loop.settle();

    assertThat(leaving.stream.closed).isTrue();
    staying.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    assertThat(staying.onlyReply(512).error()).isZero();
    assertThat(server.removeExport("sda")).isFalse();
  }

  @Test
  void clientsThatNameNoneNeverGetAnotherDiskThanTheyHad() {
    server.addExport(NbdExport.of("sdb", second));
    server.removeExport("sda");

    assertThatThrownBy(() -> server.statistics("")).hasMessageContaining("no export");

    server.addExport(NbdExport.of("sda", first));
    RawClient.simple(loop, "");
    assertThat(server.connections()).extracting(NbdConnection::exportName).containsExactly("sda");
  }
}
