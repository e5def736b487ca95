package io.multipath4j.reactor.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every event loop does, whatever is under it. */
abstract class EventLoopContract {

  /** The kinds of endpoint. */
  enum Kind {
    TCP,
    UNIX
  }

  /** Returns the loop under test, on which both sides live. */
  protected abstract EventLoop loop();

  /** Turns the loop until the condition holds; false when it does not within a bound. */
  protected abstract boolean turnUntil(BooleanSupplier condition);

  /** Turns the loop a few times, so that what should not happen has a chance to. */
  protected abstract void turnALittle();

  /** Returns an endpoint of this kind on which nobody listens. */
  protected abstract Endpoint freeEndpoint(Kind kind) throws IOException;

  /** Connected streams: what both sides see. */
  protected record Pair(RecordingHandler client, RecordingHandler server, Listener listener) {}

  protected Pair connectedPair(Kind kind) throws IOException {
    return connectedPair(kind, new RecordingHandler(), new RecordingHandler());
  }

  protected Pair connectedPair(Kind kind, RecordingHandler client, RecordingHandler server)
      throws IOException {
    Listener listener = loop().listen(freeEndpoint(kind), remote -> server);
    loop().connect(listener.local(), client);
    assertThat(client.isConnected()).as("told inside the call").isFalse();
    until(() -> client.isConnected() && server.isConnected());
    return new Pair(client, server, listener);
  }

  protected void until(BooleanSupplier condition) {
    assertThat(turnUntil(condition)).as("condition holds within the bound").isTrue();
  }

  protected static void stage(Stream stream, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    ByteBuffer place = stream.stage(bytes.length);
    assertThat(place.remaining()).isEqualTo(bytes.length);
    assertThat(place.isDirect()).isTrue();
    place.put(bytes);
  }

  protected static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes);
  }

  /** Bytes that depend on their place, so that any loss, doubling or swap is seen. */
  protected static ByteBuffer pattern(int length, int seed) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    for (int i = 0; i < length; i++) {
      buffer.put(i, patternByte(i, seed));
    }
    return buffer;
  }

  private static byte patternByte(int index, int seed) {
    int mixed = (index + seed) * 0x9E3779B1;
    return (byte) (mixed >>> 24);
  }

  protected static byte[] patternBytes(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = patternByte(i, seed);
    }
    return bytes;
  }

  // ---- bytes

  @ParameterizedTest
  @EnumSource(Kind.class)
  void stagedAndWrittenBytesKeepTheirOrder(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    Stream stream = pair.client().stream;
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      stage(stream, "head" + i);
      stage(stream, ";");
      stream.write(direct("__payload" + i + "__"), 2, ("payload" + i).length(), null);
      expected.append("head").append(i).append(';').append("payload").append(i);
    }
    assertThat(stream.pendingBytes()).isEqualTo(expected.length());
    until(() -> pair.server().received.size() == expected.length());
    assertThat(pair.server().text()).isEqualTo(expected.toString());
    assertThat(stream.pendingBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void oneTurnsOutputArrivesInOneRead(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    for (int i = 0; i < 100; i++) {
      stage(pair.client().stream, "h");
      pair.client().stream.write(direct("p"), 0, 1, null);
    }
    until(() -> pair.server().received.size() == 200);
    assertThat(pair.server().reads).isEqualTo(1);
  }

  @Test
  void stagedNumbersAreBigEndianWhateverWasStagedBefore() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.client().stream.stage(4).putInt(0x01020304);
    pair.client().stream.stage(2).putShort((short) 0x0506);
    until(() -> pair.server().received.size() == 6);
    assertThat(pair.server().received.toByteArray()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void sameBufferObjectCanBeQueuedMoreThanOnceInOneTurn() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    ByteBuffer shared = direct("abcdef");
    pair.client().stream.write(shared, 0, 3, null);
    stage(pair.client().stream, "-");
    pair.client().stream.write(shared, 3, 3, null);
    pair.client().stream.write(shared, 1, 1, null);
    pair.client().stream.write(shared, 1, 1, null);
    until(() -> pair.server().received.size() == 9);
    assertThat(pair.server().text()).isEqualTo("abc-defbb");
  }

  @Test
  void stagingFillsMoreThanOneChunkAndMoreThanOneGatheringWrite() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      stage(pair.client().stream, "header-number-" + i);
      pair.client().stream.write(direct("#"), 0, 1, null);
      expected.append("header-number-").append(i).append('#');
    }
    until(() -> pair.server().received.size() == expected.length());
    assertThat(pair.server().text()).isEqualTo(expected.toString());
  }

  @Test
  void largestStageAndEmptyPayloadPass() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    List<String> told = new ArrayList<>();
    stage(pair.client().stream, "x");
    byte[] large = patternBytes(Stream.MAX_STAGE, 5);
    pair.client().stream.stage(Stream.MAX_STAGE).put(large);
    pair.client().stream.write(direct("unused"), 3, 0, () -> told.add("empty"));
    until(() -> pair.server().received.size() == 1 + large.length && !told.isEmpty());
    byte[] bytes = pair.server().received.toByteArray();
    assertThat(Arrays.copyOfRange(bytes, 1, bytes.length)).isEqualTo(large);
    assertThat(told).containsExactly("empty");
  }

  @Test
  void impossibleRangesAreRefused() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    Stream stream = pair.client().stream;
    assertThatThrownBy(() -> stream.stage(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> stream.stage(Stream.MAX_STAGE + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> stream.write(direct("abc"), 2, 2, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(stream.isClosed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void bigTransfersInBothDirectionsArriveUnchanged(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    int blocks = 48;
    int blockBytes = 128 * 1024 + 13;
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      int block = i;
      pair.client().stream.stage(4).putInt(i);
      pair.client().stream.write(pattern(blockBytes, i), 0, blockBytes, () -> told.add(block));
      pair.server().stream.stage(4).putInt(~i);
      pair.server().stream.write(pattern(blockBytes, ~i), 0, blockBytes, null);
    }
    int total = blocks * (4 + blockBytes);
    until(() ->
        pair.client().received.size() == total
            && pair.server().received.size() == total
            && pair.client().drained == 1);
    verifyBlocks(pair.server().received.toByteArray(), blocks, blockBytes, false);
    verifyBlocks(pair.client().received.toByteArray(), blocks, blockBytes, true);
    assertThat(told).hasSize(blocks).isSorted().doesNotHaveDuplicates();
    assertThat(pair.client().events).doesNotContain("finished", "lost");
  }

  private static void verifyBlocks(byte[] bytes, int blocks, int blockBytes, boolean inverted) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    byte[] block = new byte[blockBytes];
    for (int i = 0; i < blocks; i++) {
      int seed = inverted ? ~i : i;
      assertThat(all.getInt()).isEqualTo(seed);
      all.get(block);
      assertThat(block).isEqualTo(patternBytes(blockBytes, seed));
    }
  }

  // ---- back-pressure

  @ParameterizedTest
  @EnumSource(Kind.class)
  void slowReaderLeavesBytesPendingAndDrainIsToldOnce(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    pair.server().stream.setReading(false);
    int length = 24 << 20;
    List<String> told = new ArrayList<>();
    pair.client().stream.write(pattern(length, 1), 0, length, () -> told.add("first"));
    pair.client().stream.write(direct("end"), 0, 3, () -> told.add("second"));
    turnALittle();
    assertThat(pair.client().stream.pendingBytes()).isPositive().isLessThanOrEqualTo(length + 3);
    assertThat(told).isEmpty();
    assertThat(pair.client().drained).isZero();
    assertThat(pair.server().received.size()).isZero();

    pair.server().stream.setReading(true);
    until(() -> pair.server().received.size() == length + 3 && pair.client().drained == 1);
    assertThat(told).containsExactly("first", "second");
    byte[] bytes = pair.server().received.toByteArray();
    assertThat(Arrays.copyOf(bytes, length)).isEqualTo(patternBytes(length, 1));
    turnALittle();
    assertThat(pair.client().drained).isEqualTo(1);
    assertThat(pair.client().stream.pendingBytes()).isZero();
  }

  @Test
  void smallOutputIsNotToldAsDrained() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    stage(pair.client().stream, "small");
    until(() -> pair.server().received.size() == 5);
    turnALittle();
    assertThat(pair.client().drained).isZero();
  }

  @Test
  void completionsAreToldOnceInOrderAndMayWriteMore() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    List<Integer> told = new ArrayList<>();
    Stream stream = pair.client().stream;
    for (int i = 0; i < 3; i++) {
      int number = i;
      stream.write(
          direct("" + i),
          0,
          1,
          () -> {
            told.add(number);
            stream.write(direct("" + (number + 5)), 0, 1, () -> told.add(number + 5));
          });
    }
    until(() -> told.size() == 6);
    until(() -> pair.server().received.size() == 6);
    turnALittle();
    assertThat(told).containsExactly(0, 1, 2, 5, 6, 7);
    assertThat(pair.server().text()).isEqualTo("012567");
  }

  @Test
  void outputBeyondTheLimitEndsTheStreamWithAClearCause() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.server().stream.setReading(false);
    ByteBuffer large = ByteBuffer.allocateDirect(1 << 20);
    Stream stream = pair.client().stream;
    int writes = 0;
    while (!stream.isClosed() && writes < 1000) {
      stream.write(large, 0, large.capacity(), null);
      writes++;
    }
    assertThat(stream.isClosed()).isTrue();
    assertThat(pair.client().closed).as("told inside the call").isFalse();
    assertThat(stream.stage(7).remaining()).isEqualTo(7);
    until(() -> pair.client().closed && pair.server().closed == false);
    assertThat(pair.client().cause).hasMessageContaining("does not take what is sent");
    assertThat(stream.pendingBytes()).isZero();
  }

  @Test
  void stoppedReadingKeepsBytesForLater() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.server().stream.setReading(false);
    stage(pair.client().stream, "later");
    turnALittle();
    assertThat(pair.server().received.size()).isZero();
    pair.server().stream.setReading(true);
    until(() -> pair.server().received.size() == 5);
    assertThat(pair.server().text()).isEqualTo("later");
  }

  @Test
  void readingCanBeStoppedFromWithinARead() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.server().whenRead = handler -> handler.stream.setReading(false);
    int total = 4 * pair.server().bufferBytes;
    pair.client().stream.write(pattern(total, 3), 0, total, null);
    until(() -> pair.server().reads == 1);
    turnALittle();
    assertThat(pair.server().reads).isEqualTo(1);
    pair.server().whenRead = handler -> {};
    pair.server().stream.setReading(true);
    until(() -> pair.server().received.size() == total);
  }

  // ---- ends

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closeSendsWhatIsPendingThenFin(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    stage(pair.client().stream, "last words");
    pair.client().stream.close();
    assertThat(pair.client().stream.isClosed()).isTrue();
    until(() -> pair.server().closed);
    assertThat(pair.server().text()).isEqualTo("last words");
    assertThat(pair.server().cause).isNull();
    turnALittle();
    assertThat(pair.client().events)
        .as("the closing side is not told")
        .containsExactly("connected");
    assertThat(pair.server().events).containsExactly("connected", "finished");
  }

  @Test
  void resetIsSeenAsAnErrorAndDropsWhatIsPending() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    List<String> told = new ArrayList<>();
    pair.client().stream.write(direct("never"), 0, 5, () -> told.add("written"));
    pair.client().stream.reset();
    until(() -> pair.server().closed);
    assertThat(pair.server().cause).hasMessageContaining("reset");
    assertThat(pair.server().received.size()).isZero();
    assertThat(told).isEmpty();
    assertThat(pair.client().events).containsExactly("connected");
  }

  @Test
  void resetOfAUnixStreamEndsTheOtherSide() throws IOException {
    Pair pair = connectedPair(Kind.UNIX);
    pair.client().stream.reset();
    until(() -> pair.server().closed);
    assertThat(pair.server().received.size()).isZero();
  }

  @Test
  void closedStreamSwallowsOutputAndFurtherEnds() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    Stream stream = pair.client().stream;
    stream.close();
    stream.close();
    stream.reset();
    stage(stream, "into the void");
    stream.write(direct("void"), 0, 4, () -> pair.client().events.add("written"));
    stream.setReading(false);
    until(() -> pair.server().closed);
    assertThat(stream.pendingBytes()).isZero();
    assertThat(pair.client().events).containsExactly("connected");
    assertThat(pair.server().received.size()).isZero();
  }

  @Test
  void handlerMayCloseItsStreamFromWithinARead() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.server().bufferBytes = 4;
    pair.server().whenRead =
        handler -> {
          stage(handler.stream, "bye");
          handler.stream.close();
        };
    stage(pair.client().stream, "hello");
    until(() -> pair.client().closed);
    assertThat(pair.client().text()).isEqualTo("bye");
    assertThat(pair.server().events).containsExactly("connected");
  }

  @Test
  void handlerThatThrowsLosesItsOwnStreamOnly() throws IOException {
    Pair bad = connectedPair(Kind.TCP);
    Pair good = connectedPair(Kind.TCP);
    bad.server().whenRead =
        handler -> {
          throw new IllegalStateException("planted");
        };
    stage(bad.client().stream, "x");
    stage(good.client().stream, "y");
    until(() -> bad.server().closed && bad.client().closed && good.server().received.size() == 1);
    assertThat(bad.server().cause).hasMessageContaining("planted");
    assertThat(bad.client().cause).hasMessageContaining("reset");
    assertThat(bad.server().events).containsExactly("connected", "lost");
    assertThat(good.server().events).containsExactly("connected");
  }

  @Test
  void exceptionsFromEveryCallbackEndTheStream() throws IOException {
    RecordingHandler throwsOnConnect = new RecordingHandler();
    throwsOnConnect.whenConnected =
        handler -> {
          throw new IllegalStateException("on connect");
        };
    Listener listener = loop().listen(freeEndpoint(Kind.TCP), remote -> new RecordingHandler());
    loop().connect(listener.local(), throwsOnConnect);
    until(() -> throwsOnConnect.closed);
    assertThat(throwsOnConnect.cause).hasMessageContaining("on connect");

    Pair pair = connectedPair(Kind.TCP);
    pair.client()
        .stream
        .write(
            direct("z"),
            0,
            1,
            () -> {
              throw new IllegalStateException("on written");
            });
    pair.client().whenClosed =
        handler -> {
          throw new IllegalStateException("on closed");
        };
    until(() -> pair.client().closed);
    assertThat(pair.client().cause).hasMessageContaining("on written");
    turnALittle();
    assertThat(pair.client().events).containsExactly("connected", "lost");
  }

  @Test
  void targetsWithoutRoomEndTheStreamInsteadOfSpinning() throws IOException {
    RecordingHandler server = new RecordingHandler();
    server.bufferBytes = 0;
    Pair pair = connectedPair(Kind.TCP, new RecordingHandler(), server);
    stage(pair.client().stream, "x");
    until(() -> server.closed);
    assertThat(server.cause).hasMessageContaining("without room");
  }

  // ---- connecting

  @ParameterizedTest
  @EnumSource(Kind.class)
  void refusedConnectIsToldLaterWithTheAddress(Kind kind) throws IOException {
    Endpoint nobody = freeEndpoint(kind);
    if (kind == Kind.TCP) {
      Listener listener = loop().listen(nobody, remote -> null);
      nobody = listener.local();
      listener.close();
    }
    RecordingHandler handler = new RecordingHandler();
    Stream stream = loop().connect(nobody, handler);
    assertThat(handler.closed).as("told inside the call").isFalse();
    until(() -> handler.closed);
    assertThat(handler.events).containsExactly("lost");
    assertThat(handler.cause).hasMessageContaining(nobody.toString());
    assertThat(stream.isClosed()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsQueuedBeforeTheConnectionStandsIsSentThen(Kind kind) throws IOException {
    RecordingHandler server = new RecordingHandler();
    Listener listener = loop().listen(freeEndpoint(kind), remote -> server);
    Stream stream = loop().connect(listener.local(), new RecordingHandler());
    stage(stream, "early");
    until(() -> server.received.size() == 5);
    assertThat(server.text()).isEqualTo("early");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void streamClosedWhileConnectingIsNeverHeardOf(Kind kind) throws IOException {
    Listener listener = loop().listen(freeEndpoint(kind), remote -> new RecordingHandler());
    RecordingHandler handler = new RecordingHandler();
    loop().connect(listener.local(), handler).close();
    turnALittle();
    assertThat(handler.events).isEmpty();
  }

  @Test
  void bothSidesKnowEachOthersAddress() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    assertThat(pair.client().stream.remote()).isEqualTo(pair.listener().local());
    assertThat(pair.server().stream.local()).isEqualTo(pair.listener().local());
    assertThat(pair.server().stream.remote()).isEqualTo(pair.client().stream.local());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void acceptorCanTurnAConnectionAway(Kind kind) throws IOException {
    Listener listener = loop().listen(freeEndpoint(kind), remote -> null);
    RecordingHandler handler = new RecordingHandler();
    loop().connect(listener.local(), handler);
    until(() -> handler.closed);
  }

  @Test
  void acceptorThatThrowsLosesThatConnectionOnly() throws IOException {
    RecordingHandler server = new RecordingHandler();
    ArrayDeque<String> failures = new ArrayDeque<>(List.of("planted"));
    Listener listener =
        loop()
            .listen(
                freeEndpoint(Kind.TCP),
                remote -> {
                  if (!failures.isEmpty()) {
                    throw new IllegalStateException(failures.poll());
                  }
                  return server;
                });
    RecordingHandler first = new RecordingHandler();
    loop().connect(listener.local(), first);
    until(() -> first.closed);
    RecordingHandler second = new RecordingHandler();
    loop().connect(listener.local(), second);
    until(() -> second.isConnected() && server.isConnected());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closedListenerRefusesButKeepsWhatItAccepted(Kind kind) throws IOException {
    Pair pair = connectedPair(kind);
    pair.listener().close();
    pair.listener().close();
    RecordingHandler late = new RecordingHandler();
    loop().connect(pair.listener().local(), late);
    until(() -> late.closed);
    stage(pair.client().stream, "still here");
    until(() -> pair.server().received.size() == 10);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void addressIsFreeAgainAsSoonAsItsListenerIsClosed(Kind kind) throws IOException {
    Listener first = loop().listen(freeEndpoint(kind), remote -> new RecordingHandler());
    assertThatThrownBy(() -> loop().listen(first.local(), remote -> null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(first.local().toString());
    first.close();
    RecordingHandler server = new RecordingHandler();
    Listener second = loop().listen(first.local(), remote -> server);
    assertThat(second.local()).isEqualTo(first.local());
    loop().connect(second.local(), new RecordingHandler());
    until(server::isConnected);
  }

  @Test
  void listenerWithPortZeroTellsTheRealPort() throws IOException {
    Listener listener = loop().listen(freeEndpoint(Kind.TCP), remote -> null);
    InetSocketAddress address = ((Endpoint.Tcp) listener.local()).address();
    assumeTrue(freeEndpoint(Kind.TCP).toString().endsWith(":0"));
    assertThat(address.getPort()).isPositive();
  }

  // ---- time and tasks

  @Test
  void timersRunInOrderOfDeadlineThenOfCreationAndNeverEarly() {
    List<String> ran = new ArrayList<>();
    Clock clock = loop().clock();
    long start = clock.nanoTime();
    long milli = TimeUnit.MILLISECONDS.toNanos(1);
    loop().schedule(3 * milli, () -> ran.add("3"));
    loop()
        .schedule(
            milli,
            () -> {
              ran.add("1");
              assertThat(clock.nanoTime() - start).isGreaterThanOrEqualTo(milli);
            });
    Timer cancelled = loop().schedule(2 * milli, () -> ran.add("cancelled"));
    loop().schedule(0, () -> ran.add("0a"));
    loop().schedule(0, () -> ran.add("0b"));
    cancelled.cancel();
    cancelled.cancel();
    assertThat(ran).as("run inside the call").isEmpty();
    until(() -> ran.contains("3"));
    assertThat(ran).containsExactly("0a", "0b", "1", "3");
    assertThat(clock.nanoTime() - start).isGreaterThanOrEqualTo(3 * milli);
  }

  @Test
  void theTimeOfATurnStandsStillInItAndIsNeverThatOfAnEarlierTurn() {
    Clock clock = loop().clock();
    List<Long> times = new ArrayList<>();
    Runnable look =
        () -> {
          times.add(clock.nanoTime());
          times.add(loop().turnNanos());
          times.add(clock.nanoTime());
          times.add(loop().turnNanos());
        };
    for (int turn = 0; turn < 3; turn++) {
      times.clear();
      loop().defer(look);
      until(() -> times.size() == 4);
      assertThat(times.get(1) - times.get(0)).as("from this turn").isNotNegative();
      assertThat(times.get(3)).as("later in the turn").isEqualTo(times.get(1));
      assertThat(loop().turnNanos() - times.get(2)).as("after the turn").isNotNegative();
    }
  }

  @Test
  void timerCanCancelAnotherThatIsDueInTheSameTurn() {
    List<String> ran = new ArrayList<>();
    Timer[] second = new Timer[1];
    loop()
        .schedule(
            0,
            () -> {
              ran.add("first");
              second[0].cancel();
            });
    second[0] = loop().schedule(0, () -> ran.add("second"));
    until(() -> !ran.isEmpty());
    turnALittle();
    assertThat(ran).containsExactly("first");
  }

  @Test
  void timerOfNoDelayThatRepeatsItselfDoesNotHoldTheLoop() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    int[] count = {0};
    Runnable[] again = new Runnable[1];
    again[0] =
        () -> {
          if (count[0]++ < 50) {
            loop().schedule(0, again[0]);
          }
        };
    loop().schedule(0, again[0]);
    stage(pair.client().stream, "x");
    until(() -> pair.server().received.size() == 1 && count[0] == 51);
  }

  @Test
  void negativeDelayIsRefused() {
    assertThatThrownBy(() -> loop().schedule(-1, () -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void postedTasksRunInALaterTurnInTheirOrder() {
    List<String> ran = new ArrayList<>();
    loop()
        .execute(() -> {
          ran.add("a");
          loop().execute(() -> ran.add("c"));
          assertThat(ran).containsExactly("a");
        });
    loop().execute(() -> ran.add("b"));
    assertThat(ran).isEmpty();
    until(() -> ran.size() == 3);
    assertThat(ran).containsExactly("a", "b", "c");
  }

  @Test
  void fullMailboxRejectsAndLosesNothing() {
    int[] ran = {0};
    int accepted = 0;
    RejectedExecutionException rejected = null;
    while (rejected == null && accepted < 1 << 20) {
      try {
        loop().execute(() -> ran[0]++);
        accepted++;
      } catch (RejectedExecutionException e) {
        rejected = e;
      }
    }
    assertThat(rejected).hasMessageContaining("full");
    int posted = accepted;
    until(() -> ran[0] == posted);
    loop().execute(() -> ran[0]++);
    until(() -> ran[0] == posted + 1);
  }

  @Test
  void deferredTasksRunBeforeTheFlushOfTheSameTurn() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    pair.server().whenRead = handler -> {};
    loop()
        .execute(() -> {
          stage(pair.client().stream, "a");
          loop()
              .defer(() -> {
                stage(pair.client().stream, "b");
                loop().defer(() -> {});
              });
        });
    until(() -> pair.server().received.size() > 0);
    assertThat(pair.server().reads).isEqualTo(1);
    assertThat(pair.server().text()).isEqualTo("ab");
  }

  @Test
  void deferralsThatNeverEndDoNotHoldTheLoop() throws IOException {
    Pair pair = connectedPair(Kind.TCP);
    int[] count = {0};
    Runnable[] again = new Runnable[1];
    again[0] =
        () -> {
          if (count[0]++ < 100) {
            loop().defer(again[0]);
          }
        };
    loop().defer(again[0]);
    stage(pair.client().stream, "x");
    until(() -> pair.server().received.size() == 1 && count[0] == 101);
  }

  @Test
  void taskThatThrowsDoesNotStopTheLoop() {
    List<String> ran = new ArrayList<>();
    Runnable bad =
        () -> {
          throw new IllegalStateException("planted");
        };
    loop().execute(bad);
    loop().schedule(0, bad);
    loop().defer(bad);
    loop().execute(() -> ran.add("after"));
    until(() -> !ran.isEmpty());
  }

  @Test
  void loopKnowsItsThread() {
    assertThat(loop().inEventLoop()).isTrue();
  }
}
