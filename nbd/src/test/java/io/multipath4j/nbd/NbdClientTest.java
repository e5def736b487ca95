package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.client.BlockStatusListener;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client and the server on a simulated network: each is the other's test. */
class NbdClientTest {

  private static final int SIZE = 1 << 20;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Endpoint SERVER = new Endpoint.Unix(Path.of("nbd.sock"));

  private final SimulatedNetwork network = new SimulatedNetwork(1);
  private final EventLoop serverLoop = network.newLoop("server");
  private final EventLoop clientLoop = network.newLoop("client");
  private final MemoryDevice device = new MemoryDevice(SIZE);
  private final Life life = new Life();
  private @Nullable NbdServer server;

  private static final class Life implements NbdClientListener {
    boolean ready;
    @Nullable IOException cause;

    @Override
    public void onReady(NbdClient client) {
      ready = true;
    }

    @Override
    public void onClosed(NbdClient client, IOException why) {
      cause = why;
    }
  }

  private void serve() throws IOException {
    server =
        NbdServer.start(
            serverLoop,
            NbdServerConfig.builder()
                .export(new NbdExport("disk", "", device, false))
                .export(new NbdExport("locked", "", device, true))
                .maxPayloadBytes(1 << 16)
                .listen(SERVER)
                .build());
  }

  private NbdClient connect(NbdClientConfig config) {
    NbdClient client = NbdClient.connect(clientLoop, SERVER, config, life);
    network.runUntil(() -> life.ready || life.cause != null, 60 * SECOND);
    return client;
  }

  private NbdClient connected(int depth) throws IOException {
    serve();
    NbdClient client = connect(NbdClientConfig.of("disk", depth));
    assertThat(life.ready).isTrue();
    return client;
  }

  private BlockStatus run(NbdClient client, Bio bio) {
    boolean[] done = new boolean[1];
    Bio mine = new Bio().asCloneOf(bio, 0, ended -> done[0] = true);
    client.submit(mine);
    network.runUntil(() -> done[0], 100 * SECOND);
    assertThat(done[0]).as("the bio ends").isTrue();
    return mine.status();
  }

  private static Bio read(long offset, int length) {
    return new Bio().asRead(offset, length, ByteBuffer.allocateDirect(length), 0, bio -> {});
  }

  private static Bio write(long offset, int length, int flags) {
    ByteBuffer data = ByteBuffer.allocateDirect(length);
    return new Bio().asWrite(offset, length, data, 0, flags, bio -> {});
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientLearnsWhatTheServerServes(boolean structured) throws Exception {
    serve();
    NbdClient client = connect(new NbdClientConfig("", 4, structured, 1000, 1000));

    assertThat(life.ready).isTrue();
    assertThat(client.structuredReplies()).isEqualTo(structured);
    assertThat(client.canBlockStatus()).isEqualTo(structured);
    assertThat(client.capacityBytes()).isEqualTo(SIZE);
    assertThat(client.limits().logicalBlockBytes()).isEqualTo(512);
    assertThat(client.limits().maxTransferBytes()).isEqualTo(1 << 16);
    assertThat(client.limits().maxDiscardBytes()).isPositive();
    assertThat(client.limits().fua()).isTrue();
    assertThat(client.limits().readOnly()).isFalse();
  }

  @Test
  void flagsTravel() throws Exception {
    NbdClient client = connected(4);

    assertThat(run(client, write(0, 512, Bio.FUA))).isEqualTo(BlockStatus.OK);
    assertThat(
            run(client, new Bio().asWriteZeroes(512, 512, Bio.NO_UNMAP | Bio.FAST_ONLY, bio -> {})))
        .isEqualTo(BlockStatus.OK);
    assertThat(run(client, new Bio().asDiscard(4096, 8192, bio -> {}))).isEqualTo(BlockStatus.OK);
    assertThat(run(client, new Bio().asFlush(bio -> {}))).isEqualTo(BlockStatus.OK);

    assertThat(device.history())
        .containsExactly(
            "WRITE 0+512 FUA",
            "WRITE_ZEROES 512+512 NO_UNMAP FAST_ONLY",
            "DISCARD 4096+8192",
            "FLUSH 0+0");
  }

  @Test
  void bufferIsUsedAtItsOffsetOnly() throws Exception {
    NbdClient client = connected(4);
    device.content().putLong(512, 0x1122334455667788L);
    ByteBuffer data = ByteBuffer.allocateDirect(2048);
    for (int i = 0; i < 2048; i++) {
      data.put(i, (byte) 0x5a);
    }

    assertThat(run(client, new Bio().asRead(512, 512, data, 1000, bio -> {})))
        .isEqualTo(BlockStatus.OK);

    assertThat(data.getLong(1000)).isEqualTo(0x1122334455667788L);
    assertThat(data.get(999)).isEqualTo((byte) 0x5a);
    assertThat(data.get(1512)).isEqualTo((byte) 0x5a);
  }

  @ParameterizedTest
  @CsvSource({
    "MEDIUM, IOERR",
    "NOSPC, NOSPC",
    "RESV_CONFLICT, TARGET",
    "RESOURCE, RESOURCE",
    "INVAL, INVAL"
  })
  void errorsOfTheDeviceArrive(BlockStatus cause, BlockStatus seen) throws Exception {
    NbdClient client = connected(4);
    device.failWith(cause);

    assertThat(run(client, read(0, 512))).isEqualTo(seen);
    assertThat(run(client, write(0, 512, 0))).isEqualTo(seen);
    device.failWith(BlockStatus.OK);
    assertThat(run(client, read(0, 512))).isEqualTo(BlockStatus.OK);
  }

  @Test
  void wrongRequestsDoNotReachTheServer() throws Exception {
    NbdClient client = connected(4);

    assertThat(run(client, read(1, 512))).isEqualTo(BlockStatus.INVAL);
    assertThat(run(client, read(SIZE, 512))).isEqualTo(BlockStatus.INVAL);
    assertThat(run(client, read(0, 1 << 17))).isEqualTo(BlockStatus.INVAL);
    assertThat(device.history()).isEmpty();
  }

  @Test
  void writesToAReadOnlyExportAreRefused() throws Exception {
    serve();
    NbdClient client = connect(NbdClientConfig.of("locked", 4));

    assertThat(client.limits().readOnly()).isTrue();
    assertThat(run(client, write(0, 512, 0))).isEqualTo(BlockStatus.TARGET);
  }

  @Test
  void requestsBeyondTheDepthAreRefused() throws Exception {
    NbdClient client = connected(2);
    device.holding();
    List<BlockStatus> ended = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      client.submit(
          new Bio()
              .asRead(0, 512, ByteBuffer.allocateDirect(512), 0, bio -> ended.add(bio.status())));
    }

    assertThat(ended).containsExactly(BlockStatus.RESOURCE);
    assertThat(client.inFlight()).isEqualTo(2);
    network.runFor(SECOND);
    serverLoop.execute(device::completeHeld);
    network.runFor(SECOND);
    assertThat(ended).containsExactly(BlockStatus.RESOURCE, BlockStatus.OK, BlockStatus.OK);
    assertThat(client.inFlight()).isZero();
  }

  @Test
  void blockStatusTellsExtents() throws Exception {
    NbdClient client = connected(2);
    List<String> told = new ArrayList<>();

    client.blockStatus(
        512,
        8192,
        new BlockStatusListener() {
          @Override
          public void extent(long lengthBytes, int flags) {
            told.add(lengthBytes + ":" + flags);
          }

          @Override
          public void ended(BlockStatus status) {
            told.add(status.name());
          }
        });
    network.runFor(SECOND);

    assertThat(told).containsExactly("8192:0", "OK");
  }

  @Test
  void serverThatIsNotThereIsNamed() {
    connect(NbdClientConfig.of("disk", 2));

    assertThat(life.cause).hasMessageContaining("nbd.sock");
  }

  @Test
  void exportThatIsNotThereIsNamedWithTheServersReason() throws Exception {
    serve();

    connect(NbdClientConfig.of("nowhere", 2));

    assertThat(life.cause)
        .hasMessageContaining("\"nowhere\"")
        .hasMessageContaining("NBD_REP_ERR_UNKNOWN")
        .hasMessageContaining("no export of that name");
  }

  @Test
  void silentServerIsGivenUp() throws Exception {
    serverLoop.listen(SERVER, remote -> new Script(new byte[0]));

    connect(NbdClientConfig.of("disk", 2));

    assertThat(life.cause).hasMessageContaining("did not finish the handshake within 10000 ms");
  }

  @Test
  void requestWithoutAnAnswerEndsTheConnection() throws Exception {
    NbdClient client = connected(2);
    device.holding();

    assertThat(run(client, read(0, 512))).isEqualTo(BlockStatus.TRANSPORT);

    assertThat(life.cause).hasMessageContaining("did not answer a request within 60000 ms");
    assertThat(network.clock().nanoTime()).isBetween(60 * SECOND, 80 * SECOND);
    assertThat(run(client, read(0, 512))).isEqualTo(BlockStatus.OFFLINE);
  }

  @Test
  void lostConnectionEndsAllBiosBeforeTheListenerIsTold() throws Exception {
    NbdClient client = connected(8);
    device.holding();
    List<BlockStatus> ended = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ByteBuffer data = ByteBuffer.allocateDirect(512);
      client.submit(new Bio().asRead(0, 512, data, 0, bio -> ended.add(bio.status())));
      client.submit(
          new Bio()
              .asWrite(
                  0,
                  512,
                  data,
                  0,
                  0,
                  bio -> {
                    assertThat(life.cause).isNull();
                    ended.add(bio.status());
                  }));
    }
    network.runFor(SECOND);

    network.link(SERVER).reset();
    network.runFor(SECOND);

    assertThat(ended).hasSize(8).containsOnly(BlockStatus.TRANSPORT);
    assertThat(life.cause).isNotNull();
    device.completeHeld();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void goodbyeEndsBothSides() throws Exception {
    NbdClient client = connected(2);

    client.close();
    client.close();
    network.runFor(SECOND);

    assertThat(server.connections()).isEmpty();
    assertThat(life.cause).isNull();
    assertThat(run(client, read(0, 512))).isEqualTo(BlockStatus.OFFLINE);
  }

  @Test
  void serverThatShutsDownAnswersWhatIsInFlight() throws Exception {
    NbdClient client = connected(2);
    device.holding();
    List<BlockStatus> ended = new ArrayList<>();
    client.submit(
        new Bio()
            .asRead(0, 512, ByteBuffer.allocateDirect(512), 0, bio -> ended.add(bio.status())));
    network.runFor(SECOND);

    server.close(100);
    network.runFor(SECOND);

    assertThat(ended).containsExactly(BlockStatus.OFFLINE);
    assertThat(life.cause).hasMessageContaining("has ended the connection");
  }

  /** Random requests against a model, with bytes arriving in pieces of any length. */
  @ParameterizedTest
  @CsvSource({"1, true", "2, false", "3, true", "4, false", "5, true"})
  void whatWasWrittenIsWhatIsRead(long seed, boolean structured) throws Exception {
    serve();
    network.link(SERVER).pieces(1 + new Random(seed).nextInt(3000));
    NbdClient client = connect(new NbdClientConfig("disk", 32, structured, 10_000, 60_000));
    Load load = new Load(client, seed, 3000);

    load.begin(32);
    network.runUntil(load::isOver, 600 * SECOND);

    assertThat(load.completed).as("seed " + seed).isEqualTo(3000);
    assertThat(load.wrong).as("seed " + seed).isZero();
    assertThat(server.memory().pool().bytesInUse()).isZero();
    assertThat(server.statistics("disk").errors()).isZero();
  }

  /** Keeps a number of requests in flight, none of them overlapping another. */
  private static final class Load {
    private static final int CHUNK = 8192;

    private final NbdClient client;
    private final Random random;
    private final int[] expected = new int[SIZE / CHUNK];
    private final boolean[] busy = new boolean[SIZE / CHUNK];
    private int toStart;
    int completed;
    int wrong;

    Load(NbdClient client, long seed, int requests) {
      this.client = client;
      this.random = new Random(seed);
      this.toStart = requests;
    }

    boolean isOver() {
      return toStart == 0 && client.inFlight() == 0;
    }

    void begin(int depth) {
      for (int i = 0; i < depth; i++) {
        next();
      }
    }

    private void next() {
      if (toStart == 0) {
        return;
      }
      toStart--;
      int chunk = random.nextInt(busy.length);
      while (busy[chunk]) {
        chunk = (chunk + 1) % busy.length;
      }
      busy[chunk] = true;
      start(chunk, random.nextInt(10));
    }

    private void start(int chunk, int dice) {
      long offset = (long) chunk * CHUNK;
      ByteBuffer data = ByteBuffer.allocateDirect(CHUNK);
      if (dice < 5) {
        client.submit(new Bio().asRead(offset, CHUNK, data, 0, bio -> check(bio, chunk, data)));
      } else if (dice < 9) {
        int value = random.nextInt();
        for (int i = 0; i < CHUNK; i += 4) {
          data.putInt(i, value + i);
        }
        client.submit(new Bio().asWrite(offset, CHUNK, data, 0, 0, bio -> note(bio, chunk, value)));
      } else {
        client.submit(new Bio().asWriteZeroes(offset, CHUNK, 0, bio -> note(bio, chunk, 0)));
      }
    }

    private void note(Bio bio, int chunk, int value) {
      wrong += bio.status() == BlockStatus.OK ? 0 : 1;
      expected[chunk] = value;
      done(chunk);
    }

    private void check(Bio bio, int chunk, ByteBuffer data) {
      int value = expected[chunk];
      for (int i = 0; i < CHUNK; i += 4) {
        if (bio.status() != BlockStatus.OK || data.getInt(i) != (value == 0 ? 0 : value + i)) {
          wrong++;
          break;
        }
      }
      done(chunk);
    }

    private void done(int chunk) {
      busy[chunk] = false;
      completed++;
      next();
    }
  }

  /** A server that says something fixed and listens to nothing. */
  private static final class Script implements StreamHandler {
    private final byte[] text;
    private final ByteBuffer sink = ByteBuffer.allocateDirect(4096);

    Script(byte[] text) {
      this.text = text;
    }

    @Override
    public void onConnected(Stream stream) {
      if (text.length > 0) {
        stream.stage(text.length).put(text);
      }
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      targets[0] = sink.clear();
      return 1;
    }

    @Override
    public void onRead(Stream stream, int byteCount) {}

    @Override
    public void onClosed(Stream stream, @Nullable IOException cause) {}
  }

  /** Returns what a good server says up to the answer to GO, and one structured read reply. */
  private static byte[] goodServer() {
    ByteBuffer text = ByteBuffer.allocate(4096);
    text.putLong(0x4e42444d41474943L).putLong(0x49484156454F5054L).putShort((short) 3);
    text.putLong(0x3e889045565a9L).putInt(8).putInt(1).putInt(0);
    text.putLong(0x3e889045565a9L).putInt(10).putInt(4).putInt(19).putInt(1);
    text.put("base:allocation".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    text.putLong(0x3e889045565a9L).putInt(10).putInt(1).putInt(0);
    text.putLong(0x3e889045565a9L).putInt(7).putInt(3).putInt(12);
    text.putShort((short) 0).putLong(SIZE).putShort((short) 0xfff);
    text.putLong(0x3e889045565a9L).putInt(7).putInt(1).putInt(0);
    int readIsAsked = text.position();
    text.putInt(0x668e33ef).putShort((short) 0).putShort((short) 2).putLong(1L << 32);
    text.putInt(12).putLong(0).putInt(512);
    text.putInt(0x668e33ef).putShort((short) 1).putShort((short) 1).putLong(1L << 32);
    text.putInt(520).putLong(512).put(new byte[512]);
    assertThat(readIsAsked).isPositive();
    byte[] bytes = new byte[text.position()];
    text.get(0, bytes);
    return bytes;
  }

  private @Nullable BlockStatus readFromScript(byte[] text) throws IOException {
    serverLoop.listen(SERVER, remote -> new Script(text));
    BlockStatus[] ended = new BlockStatus[1];
    NbdClient[] client = new NbdClient[1];
    // The answer is on its way before the question: it must be asked at once.
    client[0] =
        NbdClient.connect(
            clientLoop,
            SERVER,
            new NbdClientConfig("disk", 1, true, 1000, 1000),
            new NbdClientListener() {
              @Override
              public void onReady(NbdClient ready) {
                ByteBuffer data = ByteBuffer.allocateDirect(1024);
                for (int i = 0; i < 1024; i++) {
                  data.put(i, (byte) 1);
                }
                ready.submit(
                    new Bio()
                        .asRead(
                            0,
                            1024,
                            data,
                            0,
                            bio -> {
                              ended[0] = bio.status();
                              if (bio.status() == BlockStatus.OK) {
                                assertThat(data.get(0)).isZero();
                                assertThat(data.get(511)).isZero();
                              }
                            }));
              }

              @Override
              public void onClosed(NbdClient closed, IOException cause) {
                life.cause = cause;
              }
            });
    network.runFor(10 * SECOND);
    client[0].close();
    return ended[0];
  }

  @Test
  void holesAndDataMakeUpARead() throws Exception {
    assertThat(readFromScript(goodServer())).isEqualTo(BlockStatus.OK);
    assertThat(life.cause).isNull();
  }

  /** Every single damaged byte: an error of this connection, a good read, or another size. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedAnswersNeverDoMoreThanEndTheConnection(long seed) throws Exception {
    byte[] good = goodServer();
    Random random = new Random(seed);
    for (int at = 0; at < good.length - 512; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      NbdClientTest fresh = new NbdClientTest();

      BlockStatus status = fresh.readFromScript(bad);

      assertThat(status != null || fresh.life.cause != null)
          .as("seed " + seed + ", byte " + at + " damaged: somebody is told")
          .isTrue();
      if (fresh.life.cause != null) {
        assertThat(fresh.life.cause.getMessage()).doesNotContain("handler failed");
      }
    }
  }
}
