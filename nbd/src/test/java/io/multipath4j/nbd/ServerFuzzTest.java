package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that speak nearly right lose their connection at most, and no memory stays behind. */
class ServerFuzzTest {

  private static final long SEED = 20261123;
  private static final int ROUNDS = 1500;
  private static final int SIZE = 1 << 20;

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice device = new MemoryDevice(SIZE).withoutHistory();
  private NbdServer server;
  private Random random = new Random(SEED);

  @BeforeEach
  void serve() throws IOException {
    server =
        NbdServer.start(
            loop,
            NbdServerConfig.builder()
                .export(new NbdExport("disk", "a disk", device, false))
                .export(new NbdExport("locked", "", device, true))
                .maxPayloadBytes(1 << 16)
                .listen(new Endpoint.Unix(Path.of("nbd.sock")))
                .build());
  }

  @Test
  void optionsAreAnsweredOrEndTheConnection() {
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      RawClient client = RawClient.greeted(loop);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        bytes.writeBytes(option());
      }
      talk(client, mutated(bytes.toByteArray(), Wire.OPTION_HEADER_BYTES));
    }
    aClientThatSpeaksRightIsServed();
  }

  @Test
  void requestsAreAnsweredOrEndTheConnection() {
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      String export = random.nextInt(8) == 0 ? "locked" : "disk";
      RawClient client =
          random.nextBoolean()
              ? RawClient.structured(loop, export)
              : RawClient.simple(loop, export);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        bytes.writeBytes(request());
      }
      talk(client, mutated(bytes.toByteArray(), Wire.REQUEST_BYTES));
    }
    aClientThatSpeaksRightIsServed();
  }

  private void talk(RawClient client, byte[] bytes) {
    client.stream.fragmentBytes = 1 + random.nextInt(random.nextBoolean() ? 40 : 4000);
    try {
      client.send(bytes);
    } catch (RuntimeException escaped) {
      throw new AssertionError("seed " + random, escaped);
    }
    client.stream.die(null);
    loop.settle();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  private void aClientThatSpeaksRightIsServed() {
    RawClient client = RawClient.simple(loop, "disk");
    assertThat(client.errorOf(RawClient.write(0, 1, 0, new byte[512]))).isZero();
    client.stream.die(null);
    loop.settle();
    assertThat(server.connections()).isEmpty();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  private byte[] option() {
    int option = random.nextInt(12);
    return switch (random.nextInt(4)) {
      case 0 -> RawClient.option(option);
      case 1 ->
          RawClient.option(
              option, RawClient.go(random.nextBoolean() ? "disk" : "other", 0, 1, 2, 3, 999));
      case 2 ->
          RawClient.option(
              option, RawClient.metaContext("disk", "base:allocation", "x:y", "base:"));
      default -> {
        byte[] data = new byte[random.nextInt(100)];
        random.nextBytes(data);
        yield RawClient.option(option, data);
      }
    };
  }

  private byte[] request() {
    long offset =
        random.nextInt(4) == 0 ? random.nextLong() : 512L * random.nextInt(SIZE / 512 + 1);
    long length = random.nextInt(4) == 0 ? random.nextLong() : 512L * random.nextInt(130);
    int flags = random.nextInt(4) == 0 ? random.nextInt(64) : 0;
    if (random.nextInt(3) == 0) {
      return RawClient.write(flags, random.nextLong(), offset, new byte[512 * random.nextInt(4)]);
    }
    return RawClient.request(flags, random.nextInt(9), random.nextLong(), offset, length);
  }

  /** Most mutations hit a header: payload may be anything. */
  private byte[] mutated(byte[] bytes, int headerBytes) {
    for (int i = random.nextInt(3); i > 0; i--) {
      int range = random.nextBoolean() ? bytes.length : Math.min(bytes.length, headerBytes);
      bytes[random.nextInt(range)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
