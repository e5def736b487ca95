package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask for too much, do not listen, or die: what they cost, and whom. */
class ConnectionLimitsTest {

  private static final int SIZE = 8 << 20;
  private static final int DEPTH = Transmission.MAX_REQUESTS_IN_FLIGHT;

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice device = new MemoryDevice(SIZE).withoutHistory();

  private NbdServer serve(NbdServerConfig.Builder config) throws IOException {
    return NbdServer.start(
        loop,
        config
            .export(NbdExport.of("disk", device))
            .listen(new Endpoint.Unix(Path.of("nbd.sock")))
            .build());
  }

  private NbdServer serve() throws IOException {
    return serve(NbdServerConfig.builder());
  }

  private static byte[] repeated(int count, byte[] request) {
    byte[] all = new byte[count * request.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(request, 0, all, i * request.length, request.length);
    }
    return all;
  }

  @Test
  void readingStopsWhenAllSlotsAreTakenAndGoesOnWhenTheyAreFree() throws Exception {
    NbdServer server = serve();
    RawClient client = RawClient.simple(loop, "disk");
    device.holding();

    client.send(repeated(1000, RawClient.request(0, CMD_READ, 1, 0, 512)));

    assertThat(device.heldCount()).isEqualTo(DEPTH);
    assertThat(client.stream.reading).isFalse();
    for (int i = 0; i < 8; i++) {
      loop.execute(device::completeHeld);
      loop.settle();
    }
    assertThat(client.replies(512).size()).isEqualTo(1000);
    assertThat(client.stream.reading).isTrue();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void deviceThatCompletesAtOnceServesAnyNumberOfRequests() throws Exception {
    serve();
    RawClient client = RawClient.simple(loop, "disk");

    client.send(repeated(5000, RawClient.request(0, CMD_READ, 1, 0, 512)));

    assertThat(client.replies(512).size()).isEqualTo(5000);
  }

  @ParameterizedTest
  @ValueSource(ints = {CMD_READ, CMD_WRITE})
  void clientKilledWithAllSlotsInFlightLeaksNothingAndHurtsNobody(int command) throws Exception {
    NbdServer server = serve();
    RawClient victim = RawClient.simple(loop, "disk");
    RawClient other = RawClient.simple(loop, "disk");
    device.holding();
    byte[] request =
        command == CMD_WRITE
            ? RawClient.write(0, 1, 0, new byte[4096])
            : RawClient.request(0, CMD_READ, 1, 0, 4096);
    victim.send(repeated(DEPTH, request));
    victim.send(
        Arrays.copyOf(RawClient.write(0, 1, 0, new byte[4096]), 2000)); // and half a payload
    assertThat(device.heldCount()).isEqualTo(DEPTH);

    victim.stream.die(new IOException("Connection reset by peer"));
    loop.settle();

    // The device may still write to, or read from, these buffers.
    assertThat(server.memory().pool().bytesInUse()).isEqualTo(DEPTH * 4096L);
    assertThat(server.connections()).hasSize(1);
    other.send(RawClient.request(0, CMD_FLUSH, 5, 0, 0));
    loop.execute(device::completeHeld);
    loop.settle();
    assertThat(other.onlyReply(0).cookie()).isEqualTo(5);
    assertThat(server.memory().pool().bytesInUse()).isZero();
    assertThat(server.statistics("disk").inFlight()).isZero();
  }

  @Test
  void clientKilledWhileItsRepliesWaitLeaksNothing() throws Exception {
    NbdServer server = serve();
    RawClient victim = RawClient.simple(loop, "disk");
    victim.stream.takes = 1000;
    victim.send(repeated(DEPTH, RawClient.request(0, CMD_READ, 1, 0, 4096)));
    assertThat(server.memory().pool().bytesInUse()).isPositive();

    victim.stream.die(null);

    assertThat(server.memory().pool().bytesInUse()).isZero();
    assertThat(server.statistics("disk").inFlight()).isZero();
    assertThat(server.connections()).isEmpty();
  }

  @Test
  void clientThatDoesNotTakeItsRepliesIsNotReadAnyMore() throws Exception {
    serve();
    RawClient client = RawClient.simple(loop, "disk");
    client.stream.takes = 0;
    int count = 200_000;

    client.send(repeated(count, RawClient.request(0, CMD_FLUSH, 1, 0, 0)));

    assertThat(client.stream.reading).isFalse();
    assertThat(client.stream.pendingBytes())
        .isLessThan(Transmission.MAX_WAITING_REPLY_BYTES + 100L);
    assertThat(client.stream.undelivered()).isPositive();
    client.stream.takes = Long.MAX_VALUE;
    loop.settle();
    assertThat(client.replies(0).size()).isEqualTo(count);
  }

  @Test
  void refusalsAreHeldBackAsOtherRepliesAre() throws Exception {
    serve();
    RawClient client = RawClient.structured(loop, "disk");
    client.stream.takes = 0;

    client.send(repeated(100_000, RawClient.request(0, 99, 1, 0, 0)));

    assertThat(client.stream.reading).isFalse();
    assertThat(client.stream.pendingBytes())
        .isLessThan(Transmission.MAX_WAITING_REPLY_BYTES + 200L);
  }

  @Test
  void clientThatDoesNotTakeItsRepliesIsEndedAfterAWhile() throws Exception {
    NbdServer server = serve(NbdServerConfig.builder().stallTimeoutMillis(1000));
    RawClient client = RawClient.simple(loop, "disk");
    RawClient idle = RawClient.simple(loop, "disk");
    client.stream.takes = 100;
    client.send(RawClient.request(0, CMD_READ, 1, 0, 4096));

    for (int i = 0; i < 20; i++) {
      client.stream.takes = 1; // slow is not dead
      loop.pass(250);
    }
    assertThat(client.stream.isClosed()).isFalse();
    for (int i = 0; i < 6; i++) {
      loop.pass(250);
    }

    assertThat(client.stream.reset).isTrue();
    assertThat(idle.stream.isClosed()).isFalse();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void clientThatDoesNotCompleteItsPayloadIsEndedAfterAWhile() throws Exception {
    serve(NbdServerConfig.builder().stallTimeoutMillis(1000));
    RawClient client = RawClient.simple(loop, "disk");
    client.send(Arrays.copyOf(RawClient.write(0, 1, 0, new byte[4096]), 1000));

    for (int i = 0; i < 6; i++) {
      loop.pass(250);
    }

    assertThat(client.stream.reset).isTrue();
    assertThat(loop.timerCount()).isZero();
  }

  @Test
  void oneClientHoldsAShareOfTheMemoryOnly() throws Exception {
    NbdServer server =
        serve(NbdServerConfig.builder().maxPayloadBytes(1 << 16).bufferBytes(1 << 20));
    RawClient greedy = RawClient.simple(loop, "disk");
    RawClient modest = RawClient.simple(loop, "disk");
    device.holding();

    greedy.send(repeated(20, RawClient.request(0, CMD_READ, 1, 0, 1 << 16)));
    assertThat(device.heldCount()).isEqualTo(4);
    modest.send(RawClient.request(0, CMD_READ, 1, 0, 1 << 16));
    assertThat(device.heldCount()).isEqualTo(5);

    for (int i = 0; i < 6; i++) {
      loop.execute(device::completeHeld);
      loop.settle();
    }
    assertThat(greedy.replies(1 << 16)).hasSize(20);
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void whoWaitsForMemoryGetsItInTurn() throws Exception {
    NbdServer server =
        serve(NbdServerConfig.builder().maxPayloadBytes(1 << 16).bufferBytes(1 << 18));
    device.holding();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(RawClient.simple(loop, "disk"));
      clients.get(i).send(repeated(3, RawClient.request(0, CMD_READ, 1, 0, 1 << 16)));
    }
    assertThat(device.heldCount()).isEqualTo(4);
    clients.get(4).stream.die(null); // one that waits
    clients.get(0).stream.die(null); // one that holds

    for (int i = 0; i < 12; i++) {
      loop.execute(device::completeHeld);
      loop.settle();
    }

    for (int i : new int[] {1, 2, 3, 5}) {
      assertThat(clients.get(i).replies(1 << 16)).hasSize(3);
    }
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void connectionsBeyondTheLimitAreRefused() throws Exception {
    serve(NbdServerConfig.builder().maxConnections(2));
    RawClient one = RawClient.simple(loop, "disk");
    RawClient.simple(loop, "disk");

    assertThat(loop.connect()).isNull();
    one.stream.die(null);
    assertThat(loop.connect()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void garbageEndsItsOwnConnectionAtWorst(long seed) throws Exception {
    NbdServer server = serve();
    Random random = new Random(seed);
    RawClient witness = RawClient.structured(loop, "disk");
    for (int round = 0; round < 100; round++) {
      RawClient client =
          switch (random.nextInt(3)) {
            case 0 -> RawClient.greeted(loop);
            case 1 -> RawClient.simple(loop, "disk");
            default -> RawClient.structured(loop, "disk");
          };
      client.stream.fragmentBytes = 1 + random.nextInt(100);
      for (int i = 0; i < 20 && !client.stream.isClosed(); i++) {
        client.send(nonsense(random));
      }
      client.stream.die(null);
      witness.send(RawClient.request(0, CMD_READ, round, 0, 512));
      assertThat(witness.onlyReply(0).cookie()).as("seed " + seed).isEqualTo(round);
    }
    assertThat(server.memory().pool().bytesInUse()).isZero();
    assertThat(server.statistics("disk").inFlight()).isZero();
    assertThat(server.connections()).hasSize(1);
  }

  /** Something that looks right at its start, often. */
  private static byte[] nonsense(Random random) {
    byte[] bytes =
        switch (random.nextInt(4)) {
          case 0 -> RawClient.option(random.nextInt(12), new byte[random.nextInt(60)]);
          case 1 ->
              RawClient.option(
                  6 + random.nextInt(5), RawClient.metaContext("disk", "base:", "base:allocation"));
          case 2 ->
              RawClient.request(
                  random.nextInt(1 << random.nextInt(17)),
                  random.nextInt(10),
                  random.nextLong(),
                  random.nextLong(1L << (1 + random.nextInt(62))),
                  random.nextLong(1L << (1 + random.nextInt(32))));
          default -> RawClient.write(0, 1, 0, new byte[512]);
        };
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return Arrays.copyOf(bytes, bytes.length - random.nextInt(2));
  }
}
