package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Handshaking.OPT_ABORT;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.nbd.RawClient.Reply;
import io.multipath4j.reactor.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShutdownTest {

  private static final int ESHUTDOWN = 108;

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice device = new MemoryDevice(1 << 20);
  private NbdServer server;

  @BeforeEach
  void serve() throws Exception {
    server =
        NbdServer.start(
            loop,
            NbdServerConfig.builder()
                .export(NbdExport.of("disk", device))
                .listen(new Endpoint.Unix(Path.of("nbd.sock")))
                .build());
  }

  @Test
  void serverWithoutClientsIsClosedAtOnce() {
    CompletableFuture<Void> closed = server.close(1000).toCompletableFuture();

    assertThat(closed).isCompleted();
    assertThat(loop.listening).isFalse();
    assertThat(loop.connect()).isNull();
    assertThat(loop.timerCount()).isZero();
  }

  @Test
  void idleClientsAreEnded() {
    RawClient transmitting = RawClient.simple(loop, "disk");
    RawClient negotiating = RawClient.greeted(loop);

    CompletableFuture<Void> closed = server.close(1000).toCompletableFuture();
    loop.settle();

    assertThat(transmitting.stream.closed).isTrue();
    assertThat(negotiating.stream.closed).isTrue();
    assertThat(closed).isCompleted();
    assertThat(loop.timerCount()).isZero();
  }

  @Test
  void requestsInFlightFinishAndNewOnesAreRefused() {
    RawClient client = RawClient.simple(loop, "disk");
    device.holding();
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    CompletableFuture<Void> closed = server.close(1000).toCompletableFuture();

    client.send(RawClient.request(0, CMD_READ, 2, 0, 512));
    Reply refused = client.onlyReply(512);
    assertThat(refused.cookie()).isEqualTo(2);
    assertThat(refused.error()).isEqualTo(ESHUTDOWN);
    assertThat(closed).isNotDone();

    loop.execute(device::completeHeld);
    loop.settle();
    Reply finished = client.onlyReply(512);
    assertThat(finished.cookie()).isEqualTo(1);
    assertThat(finished.error()).isZero();
    assertThat(client.stream.closed).isTrue();
    assertThat(closed).isCompleted();
    assertThat(loop.timerCount()).isZero();
  }

  @Test
  void requestsThatDoNotFinishInTimeAreAnsweredAndTheirBuffersStayWithTheDevice() {
    RawClient client = RawClient.simple(loop, "disk");
    device.holding();
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    client.send(RawClient.request(0, CMD_READ, 2, 0, 512));
    CompletableFuture<Void> closed = server.close(1000).toCompletableFuture();
    loop.pass(999);
    assertThat(client.stream.isClosed()).isFalse();

    loop.pass(1);

    List<Reply> replies = client.replies(512);
    assertThat(replies).extracting(Reply::error).containsExactly(ESHUTDOWN, ESHUTDOWN);
    assertThat(replies).extracting(Reply::cookie).containsExactlyInAnyOrder(1L, 2L);
    assertThat(client.stream.closed).isTrue();
    assertThat(closed).isCompleted();
    assertThat(server.memory().pool().bytesInUse()).isPositive();
    device.completeHeld();
    assertThat(server.memory().pool().bytesInUse()).isZero();
    assertThat(server.statistics("disk").inFlight()).isZero();
  }

  @Test
  void clientThatDoesNotTakeItsRepliesDoesNotHoldUpTheEnd() {
    RawClient client = RawClient.simple(loop, "disk");
    client.stream.takes = 0;
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));

    CompletableFuture<Void> closed = server.close(1000).toCompletableFuture();
    loop.settle();
    assertThat(closed).isNotDone();
    loop.pass(1000);

    assertThat(closed).isCompleted();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void secondCloseMayShortenTheTime() {
    RawClient client = RawClient.simple(loop, "disk");
    device.holding();
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    CompletableFuture<Void> closed = server.close(60_000).toCompletableFuture();

    server.close(0);
    loop.settle();

    assertThat(closed).isCompleted();
  }

  @Test
  void abortDuringTheHandshakeEndsTheConnection() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_ABORT));

    assertThat(server.connections()).isEmpty();
    assertThat(loop.timerCount()).isZero();
  }
}
