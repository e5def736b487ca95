package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.client.BlockStatusListener;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.nbd.wire.Handshaking;
import io.multipath4j.nbd.wire.Transmitting;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Servers that speak nearly right: each request ends once, and the client lives or says why not.
 */
class ClientFuzzTest {

  private static final long SEED = 20261124;
  private static final int ROUNDS = 400;
  private static final Endpoint SERVER = new Endpoint.Unix(Path.of("nbd.sock"));

  private Random random = new Random(SEED);

  /** A server that knows what to say, and says it with mistakes. */
  private final class Liar implements StreamHandler {
    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    private final int mistakes;
    private boolean clientFlagsSeen;
    private boolean transmitting;

    Liar(int mistakes) {
      this.mistakes = mistakes;
    }

    @Override
    public void onConnected(Stream stream) {
      ByteBuffer greeting = ByteBuffer.allocate(Wire.GREETING_BYTES);
      greeting.putLong(Wire.INIT_MAGIC).putLong(Wire.OPTION_MAGIC).putShort((short) 3);
      say(stream, greeting);
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      targets[0] = in;
      return 1;
    }

    @Override
    public void onRead(Stream stream, int byteCount) {
      in.flip();
      if (!clientFlagsSeen && in.remaining() >= 4) {
        in.getInt();
        clientFlagsSeen = true;
      }
      boolean more = clientFlagsSeen;
      while (more) {
        more = transmitting ? request(stream) : option(stream);
      }
      in.compact();
    }

    @Override
    public void onClosed(Stream stream, @Nullable IOException cause) {}

    private boolean option(Stream stream) {
      int at = in.position();
      if (in.remaining() < 16 || in.remaining() < 16 + in.getInt(at + 12)) {
        return false;
      }
      int option = in.getInt(at + 8);
      in.position(at + 16 + in.getInt(at + 12));
      if (option == Handshaking.OPT_SET_META_CONTEXT) {
        byte[] name = Wire.BASE_ALLOCATION.getBytes(StandardCharsets.US_ASCII);
        reply(stream, option, Handshaking.REP_META_CONTEXT, 4 + name.length, 7, name);
      } else if (option == Handshaking.OPT_GO) {
        byte[] info =
            ByteBuffer.allocate(8)
                .putShort((short) 0)
                .putInt(1 << 20)
                .putShort((short) 0x0D6D)
                .array();
        reply(stream, option, Handshaking.REP_INFO, 12, 0, info); // kind 0, size, flags
        transmitting = true;
      }
      reply(stream, option, Handshaking.REP_ACK, 0, 0, new byte[0]);
      return true;
    }

    private void reply(Stream stream, int option, int type, int length, int first, byte[] data) {
      ByteBuffer out = ByteBuffer.allocate(Wire.OPTION_REPLY_HEADER_BYTES + length);
      out.putLong(Wire.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(length);
      if (length > 0) {
        out.putInt(first).put(data);
      }
      say(stream, out);
    }

    private boolean request(Stream stream) {
      int at = in.position();
      if (in.remaining() < Wire.REQUEST_BYTES) {
        return false;
      }
      int command = in.getShort(at + 6);
      long cookie = in.getLong(at + 8);
      long offset = in.getLong(at + 16);
      int length = in.getInt(at + 24);
      int payload = command == Transmitting.CMD_WRITE ? length : 0;
      if (in.remaining() < Wire.REQUEST_BYTES + payload) {
        return false;
      }
      in.position(at + Wire.REQUEST_BYTES + payload);
      int body = command == Transmitting.CMD_READ ? length : 12;
      ByteBuffer out = ByteBuffer.allocate(64 + body);
      out.putInt(Wire.STRUCTURED_REPLY_MAGIC).putShort((short) Transmitting.REPLY_FLAG_DONE);
      if (command == Transmitting.CMD_READ) {
        out.putShort((short) Transmitting.REPLY_OFFSET_DATA).putLong(cookie).putInt(8 + length);
        out.putLong(offset).position(out.position() + length);
      } else if (command == Transmitting.CMD_BLOCK_STATUS) {
        out.putShort((short) Transmitting.REPLY_BLOCK_STATUS).putLong(cookie).putInt(12);
        out.putInt(7).putInt(length).putInt(0);
      } else {
        out.clear().putInt(Wire.SIMPLE_REPLY_MAGIC).putInt(0).putLong(cookie);
      }
      say(stream, out);
      return true;
    }

    private void say(Stream stream, ByteBuffer said) {
      byte[] bytes = new byte[said.position()];
      said.get(0, bytes);
      if (random.nextInt(100) < mistakes) {
        int header = random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 32);
        bytes[random.nextInt(header)] = (byte) random.nextInt(256);
      }
      stream.stage(bytes.length).put(bytes);
    }
  }

  @Test
  void requestsEndOnceWhateverTheServerAnswers() throws IOException {
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      answered += oneServer("seed " + (SEED + round));
    }
    assertThat(answered).as("requests that went well").isGreaterThan(ROUNDS);
  }

  private int oneServer(String seed) throws IOException {
    SimulatedNetwork network = new SimulatedNetwork(random.nextLong());
    EventLoop serverLoop = network.newLoop("server");
    EventLoop clientLoop = network.newLoop("client");
    serverLoop.listen(SERVER, remote -> new Liar(random.nextInt(40)));
    boolean[] ready = new boolean[1];
    IOException[] end = new IOException[1];
    NbdClientListener life =
        new NbdClientListener() {
          @Override
          public void onReady(NbdClient client) {
            ready[0] = true;
          }

          @Override
          public void onClosed(NbdClient client, IOException why) {
            end[0] = why;
          }
        };
    NbdClient client = NbdClient.connect(clientLoop, SERVER, NbdClientConfig.of("disk", 16), life);
    network.runUntil(() -> ready[0] || end[0] != null, TimeUnit.MINUTES.toNanos(2));
    assertThat(ready[0] || end[0] != null).as(seed).isTrue();
    int[] ends = new int[1];
    int[] good = new int[1];
    int sent = 0;
    while (ready[0] && sent < 12) {
      submit(
          client,
          sent++,
          status -> {
            ends[0]++;
            good[0] += status == BlockStatus.OK ? 1 : 0;
          });
    }
    int all = sent;
    network.runUntil(() -> ends[0] >= all, TimeUnit.MINUTES.toNanos(5));
    assertThat(ends[0]).as(seed).isEqualTo(all);
    if (end[0] != null) {
      assertThat(end[0].getMessage()).as(seed).doesNotContain("handler");
    }
    client.close();
    network.runFor(TimeUnit.SECONDS.toNanos(1));
    assertThat(ends[0]).as(seed).isEqualTo(all);
    return good[0];
  }

  private void submit(NbdClient client, int index, java.util.function.Consumer<BlockStatus> ended) {
    ByteBuffer data = ByteBuffer.allocateDirect(4096);
    long offset = 4096L * index;
    switch (random.nextInt(4)) {
      case 0 ->
          client.submit(new Bio().asRead(offset, 4096, data, 0, bio -> ended.accept(bio.status())));
      case 1 ->
          client.submit(
              new Bio().asWrite(offset, 4096, data, 0, 0, bio -> ended.accept(bio.status())));
      case 2 -> client.submit(new Bio().asFlush(bio -> ended.accept(bio.status())));
      default -> {
        if (!client.canBlockStatus()) {
          ended.accept(BlockStatus.NOTSUPP);
          return;
        }
        client.blockStatus(
            offset,
            4096,
            new BlockStatusListener() {
              @Override
              public void extent(long byteCount, int flags) {}

              @Override
              public void ended(BlockStatus status) {
                ended.accept(status);
              }
            });
      }
    }
  }
}
