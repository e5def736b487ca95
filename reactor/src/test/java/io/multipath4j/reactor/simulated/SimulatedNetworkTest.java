package io.multipath4j.reactor.simulated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.loop.RecordingHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedNetworkTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SimulatedNetwork network = new SimulatedNetwork(7);
  private final EventLoop initiator = network.newLoop("initiator");
  private final EventLoop array = network.newLoop("array");
  private final Endpoint portal = tcp("portal-a", 3260);
  private final RecordingHandler client = new RecordingHandler();
  private final RecordingHandler server = new RecordingHandler();

  private static Endpoint tcp(String host, int port) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved(host, port));
  }

  private void connect() throws IOException {
    array.listen(portal, remote -> server);
    initiator.connect(portal, client);
    assertThat(network.runUntil(() -> client.isConnected() && server.isConnected(), SECOND))
        .isTrue();
  }

  private static void send(Stream stream, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    stream.stage(bytes.length).put(bytes);
  }

  // ---- time

  @Test
  void timePassesOnlyAsToldAndJumpsToWhatHappens() {
    List<Long> times = new ArrayList<>();
    initiator.schedule(3 * SECOND, () -> times.add(network.clock().nanoTime()));
    array.schedule(5, () -> times.add(array.clock().nanoTime()));
    network.runFor(SECOND);
    assertThat(times).containsExactly(5L);
    assertThat(network.clock().nanoTime()).isEqualTo(SECOND);
    assertThat(network.step()).isTrue();
    assertThat(network.step()).isFalse();
    assertThat(times).containsExactly(5L, 3 * SECOND);
  }

  @Test
  void runUntilStopsAtItsDeadline() {
    assertThat(network.runUntil(() -> false, SECOND)).isFalse();
    assertThat(network.clock().nanoTime()).isEqualTo(SECOND);
  }

  @Test
  void loopThatNeverRestsIsFoundOut() {
    Runnable[] again = new Runnable[1];
    again[0] = () -> initiator.execute(again[0]);
    initiator.execute(again[0]);
    assertThatThrownBy(() -> network.runFor(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("busy for ever");
  }

  @Test
  void callIntoALoopFromAnotherLoopsTurnIsFoundOut() {
    List<RuntimeException> thrown = new ArrayList<>();
    initiator.execute(() -> {
      assertThat(initiator.inEventLoop()).isTrue();
      assertThat(array.inEventLoop()).isFalse();
      try {
        array.schedule(0, () -> {});
      } catch (RuntimeException e) {
        thrown.add(e);
      }
      array.execute(() -> initiator.execute(() -> thrown.add(null)));
    });
    network.runFor(SECOND);
    assertThat(thrown).hasSize(2);
    assertThat(thrown.getFirst()).hasMessageContaining("use execute()");
  }

  // ---- faults

  @Test
  void latencyHoldsInEachDirection() throws IOException {
    network.link(portal).latency(3 * MILLI, 3 * MILLI);
    connect();
    server.whenRead = handler -> send(handler.stream, "pong");
    long start = network.clock().nanoTime();
    send(client.stream, "ping");
    network.runUntil(() -> client.received.size() == 4, SECOND);
    assertThat(network.clock().nanoTime() - start).isEqualTo(6 * MILLI);
  }

  @Test
  void connectionsOwnLatencyGoesBeforeItsPortals() throws IOException {
    connect();
    network.link(portal).latency(SECOND, SECOND);
    network.link(server.stream).latency(MILLI, MILLI);
    send(client.stream, "x");
    network.runFor(MILLI);
    assertThat(server.text()).isEqualTo("x");
  }

  @Test
  void blackHoleSwallowsBothDirectionsAndTellsNobodyThenHeals() throws IOException {
    connect();
    network.link(portal).blackHole();
    send(client.stream, "there");
    send(server.stream, "back");
    network.runFor(3600 * SECOND);
    assertThat(client.received.size() + server.received.size()).isZero();
    send(client.stream, " again");
    network.runFor(SECOND);
    assertThat(client.closed || server.closed).isFalse();

    network.link(portal).heal();
    network.runFor(SECOND);
    assertThat(server.text()).isEqualTo("there again");
    assertThat(client.text()).isEqualTo("back");
  }

  @Test
  void bytesOnTheirWayAreCaughtByABlackHoleAndKeepTheirOrder() throws IOException {
    network.link(portal).latency(MILLI, 2 * MILLI);
    connect();
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      String text = i + ",";
      sent.append(text);
      send(client.stream, text);
      network.runFor(MILLI / 3);
      if (i % 7 == 2) {
        network.link(portal).blackHole();
      } else if (i % 7 == 5) {
        network.link(portal).heal();
      }
    }
    network.link(portal).heal();
    network.runFor(SECOND);
    assertThat(server.text()).isEqualTo(sent.toString());
  }

  @Test
  void blackHoleFillsTheWindow() throws IOException {
    network.link(portal).window(1000);
    connect();
    network.link(client.stream).blackHole();
    ByteBuffer payload = ByteBuffer.allocateDirect(2500);
    client.stream.write(payload, 0, 2500, null);
    network.runFor(SECOND);
    assertThat(client.stream.pendingBytes()).isEqualTo(1500);
    network.link(client.stream).heal();
    network.runFor(SECOND);
    assertThat(server.received.size()).isEqualTo(2500);
    assertThat(client.drained).isEqualTo(1);
  }

  @Test
  void blackHoleOfOneConnectionLeavesTheOthers() throws IOException {
    connect();
    RecordingHandler other = new RecordingHandler();
    initiator.connect(portal, other);
    network.runUntil(other::isConnected, SECOND);
    network.link(client.stream).blackHole();
    send(other.stream, "through");
    send(client.stream, "lost");
    network.runFor(SECOND);
    assertThat(server.text()).isEqualTo("through");
  }

  @Test
  void connectIntoABlackHoleHangsUntilItHealsOrIsGivenUp() throws IOException {
    array.listen(portal, remote -> server);
    network.link(portal).blackHole();
    RecordingHandler givenUp = new RecordingHandler();
    Stream pending = initiator.connect(portal, client);
    initiator.connect(portal, givenUp).close();
    network.runFor(60 * SECOND);
    assertThat(client.events).isEmpty();
    assertThat(pending.isClosed()).isFalse();
    network.link(portal).heal();
    network.runFor(SECOND);
    assertThat(client.isConnected()).isTrue();
    assertThat(givenUp.events).isEmpty();
  }

  @Test
  void closeInsideABlackHoleIsSeenAfterwards() throws IOException {
    connect();
    network.link(portal).blackHole();
    send(client.stream, "bye");
    client.stream.close();
    network.runFor(SECOND);
    assertThat(server.closed).isFalse();
    network.link(portal).heal();
    network.runFor(SECOND);
    assertThat(server.text()).isEqualTo("bye");
    assertThat(server.events).containsExactly("connected", "finished");
  }

  @Test
  void resetInsideABlackHoleIsLostAndFoundOutByTheNextBytes() throws IOException {
    connect();
    network.link(portal).blackHole();
    client.stream.reset();
    network.runFor(SECOND);
    network.link(portal).heal();
    network.runFor(SECOND);
    assertThat(server.closed).isFalse();
    send(server.stream, "anybody there?");
    network.runFor(SECOND);
    assertThat(server.cause).hasMessageContaining("Connection reset");
  }

  @Test
  void resetLinkTellsBothSidesAndDropsWhatWasUnread() throws IOException {
    connect();
    server.stream.setReading(false);
    send(client.stream, "unread");
    network.runFor(SECOND);
    network.link(portal).reset();
    server.stream.setReading(true);
    network.runFor(1);
    assertThat(client.cause).hasMessage("Connection reset");
    assertThat(server.cause).hasMessage("Connection reset");
    assertThat(server.received.size()).isZero();
    assertThat(network.link(portal).connectionCount()).isZero();

    RecordingHandler next = new RecordingHandler();
    initiator.connect(portal, next);
    network.runFor(SECOND);
    assertThat(next.isConnected()).as("new connections are not affected").isTrue();
  }

  @Test
  void resetEndsAConnectionThatIsBeingMade() throws IOException {
    array.listen(portal, remote -> server);
    network.link(portal).blackHole();
    initiator.connect(portal, client);
    network.runFor(SECOND);
    network.link(portal).reset();
    network.runFor(SECOND);
    assertThat(client.cause).hasMessage("cannot connect to portal-a:3260: Connection reset");
  }

  @Test
  void refusingPortalKeepsItsConnections() throws IOException {
    connect();
    network.link(portal).refuse();
    RecordingHandler late = new RecordingHandler();
    initiator.connect(portal, late);
    send(client.stream, "still");
    network.runFor(SECOND);
    assertThat(late.cause).hasMessage("cannot connect to portal-a:3260: Connection refused");
    assertThat(server.text()).isEqualTo("still");
    network.link(portal).heal();
    RecordingHandler later = new RecordingHandler();
    initiator.connect(portal, later);
    network.runFor(SECOND);
    assertThat(later.isConnected()).isTrue();
  }

  @Test
  void halfOpenConnectionIsSilentForEverUntilReset() throws IOException {
    connect();
    send(client.stream, "on its way");
    network.link(portal).halfOpen();
    network.runFor(3600 * SECOND);
    network.link(portal).heal();
    send(client.stream, "more");
    send(server.stream, "more");
    network.runFor(3600 * SECOND);
    assertThat(client.received.size() + server.received.size()).isZero();
    assertThat(client.closed || server.closed).isFalse();
    network.link(client.stream).reset();
    network.runFor(SECOND);
    assertThat(client.cause).hasMessage("Connection reset");
  }

  @Test
  void windowBoundsWhatASlowReaderLeavesBehind() throws IOException {
    network.link(portal).window(10);
    connect();
    server.stream.setReading(false);
    send(client.stream, "0123456789abcdef");
    network.runFor(SECOND);
    assertThat(client.stream.pendingBytes()).isEqualTo(6);
    server.stream.setReading(true);
    network.runFor(SECOND);
    assertThat(server.text()).isEqualTo("0123456789abcdef");
    assertThat(client.drained).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 48, 1000, 100_000})
  void piecesOfAnyLengthArriveWholeAndInOrder(int maxPieceBytes) throws IOException {
    network.link(portal).pieces(maxPieceBytes);
    network.link(portal).window(Math.max(2, maxPieceBytes * 3));
    connect();
    List<Integer> told = new ArrayList<>();
    RandomGenerator random = new SplittableRandom(maxPieceBytes);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      String head = "<" + i + ">";
      send(client.stream, head);
      String body = "b".repeat(random.nextInt(1, 30)) + i;
      ByteBuffer payload = ByteBuffer.allocateDirect(body.length()).put(body.getBytes(UTF_8));
      int number = i;
      client.stream.write(payload, 0, body.length(), () -> told.add(number));
      expected.append(head).append(body);
    }
    assertThat(network.runUntil(() -> server.received.size() == expected.length(), 60 * SECOND))
        .isTrue();
    assertThat(server.text()).isEqualTo(expected.toString());
    assertThat(told).hasSize(200).isSorted().doesNotHaveDuplicates();
    if (maxPieceBytes < 1000) {
      assertThat(server.reads).isGreaterThanOrEqualTo(expected.length() / maxPieceBytes);
      assertThat(client.drained).isPositive();
    }
  }

  @Test
  void faultsReachUnixSocketsToo() throws IOException {
    Endpoint socket = new Endpoint.Unix(Path.of("/run/disk.sock"));
    array.listen(socket, remote -> server);
    network.link(socket).blackHole();
    initiator.connect(socket, client);
    network.runFor(SECOND);
    assertThat(client.isConnected()).isFalse();
    network.link(socket).heal();
    network.runFor(SECOND);
    assertThat(client.isConnected()).isTrue();
    network.link(socket).reset();
    network.runFor(SECOND);
    assertThat(client.closed && server.closed).isTrue();
  }

  @Test
  void impossibleSettingsAreRefused() {
    SimulatedLink link = network.link(portal);
    assertThatThrownBy(() -> link.latency(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> link.latency(2, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> link.window(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> link.pieces(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- addresses

  @Test
  void wildcardListenerServesItsPortAtEveryAddress() throws IOException {
    array.listen(new Endpoint.Tcp(new InetSocketAddress(3260)), remote -> server);
    InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
    initiator.connect(new Endpoint.Tcp(new InetSocketAddress(address, 3260)), client);
    network.runFor(SECOND);
    assertThat(client.isConnected()).isTrue();
  }

  @Test
  void closedListenerResetsWhatItHasNotAccepted() throws IOException {
    Listener listener = array.listen(portal, remote -> server);
    initiator.connect(portal, client);
    network.step(); // the request arrives, and is accepted in the next step
    listener.close();
    network.runFor(SECOND);
    assertThat(client.events).containsExactly("connected", "lost");
    assertThat(server.isConnected()).isFalse();
  }

  // ---- determinism

  @Test
  void sameSeedGivesTheSameRunAndAnotherSeedAnother() throws IOException {
    List<String> first = runWithSeed(42);
    assertThat(runWithSeed(42)).isEqualTo(first);
    assertThat(runWithSeed(43)).isNotEqualTo(first);
    assertThat(first).hasSizeGreaterThan(100);
  }

  private static List<String> runWithSeed(long seed) throws IOException {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    List<String> trace = new ArrayList<>();
    Endpoint portal = tcp("portal", 1);
    network.link(portal).pieces(100);
    EventLoop serving = network.newLoop("server");
    serving.listen(portal, remote -> echo(network, trace, "server of " + remote));
    for (int i = 0; i < 5; i++) {
      EventLoop loop = network.newLoop("client" + i);
      RecordingHandler handler = echo(network, trace, "client" + i);
      handler.whenConnected = connected -> send(connected.stream, "x".repeat(250));
      loop.connect(portal, handler);
    }
    network.runFor(2 * MILLI);
    network.link(portal).blackHole();
    network.runFor(MILLI);
    network.link(portal).heal();
    network.runFor(2 * MILLI);
    return trace;
  }

  private static RecordingHandler echo(SimulatedNetwork network, List<String> trace, String name) {
    RecordingHandler handler = new RecordingHandler();
    handler.whenRead =
        read -> {
          byte[] bytes = read.received.toByteArray();
          read.received.reset();
          read.stream.stage(bytes.length).put(bytes);
          trace.add(network.clock().nanoTime() + " " + name + " " + bytes.length);
        };
    return handler;
  }
}
