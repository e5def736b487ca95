package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.CMD_CACHE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_DISC;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_DF;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FAST_ZERO;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FUA;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_NO_HOLE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_REQ_ONE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_TRIM;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE_ZEROES;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_ERROR;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_NONE;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_OFFSET_DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.RawClient.Reply;
import io.multipath4j.reactor.Endpoint;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransmissionTest {

  private static final int SIZE = 8 << 20;
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int ENOSPC = 28;
  private static final int EOVERFLOW = 75;
  private static final int ENOTSUP = 95;

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice device = new MemoryDevice(SIZE);
  private final MemoryDevice.Limits limits = new MemoryDevice.Limits();
  private NbdServer server;

  @BeforeEach
  void serve() throws Exception {
    server =
        NbdServer.start(
            loop,
            NbdServerConfig.builder()
                .export(NbdExport.of("disk", device))
                .export(new NbdExport("locked", "", device, true))
                .maxPayloadBytes(1 << 20)
                .listen(new Endpoint.Unix(Path.of("nbd.sock")))
                .build());
  }

  private static byte[] pattern(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private byte[] stored(int offset, int length) {
    byte[] bytes = new byte[length];
    device.content().get(offset, bytes);
    return bytes;
  }

  @Test
  void writtenBytesAreReadBack() {
    RawClient client = RawClient.simple(loop, "disk");
    byte[] data = pattern(4096, 1);

    assertThat(client.errorOf(RawClient.write(0, 7, 8192, data))).isZero();
    client.send(RawClient.request(0, CMD_READ, 8, 8192, 4096));

    Reply reply = client.onlyReply(4096);
    assertThat(reply.cookie()).isEqualTo(8);
    assertThat(reply.buffer()).isEqualTo(ByteBuffer.wrap(data));
    assertThat(device.history()).containsExactly("WRITE 8192+4096", "READ 8192+4096");
  }

  @Test
  void structuredReadIsOneChunkWithItsOffset() {
    RawClient client = RawClient.structured(loop, "disk");
    device.content().put(1024, pattern(512, 2));

    client.send(RawClient.request(CMD_FLAG_DF, CMD_READ, -5, 1024, 512));

    Reply reply = client.onlyReply(0);
    assertThat(reply.structured()).isTrue();
    assertThat(reply.type()).isEqualTo(REPLY_OFFSET_DATA);
    assertThat(reply.flags()).isEqualTo(1);
    assertThat(reply.cookie()).isEqualTo(-5);
    ByteBuffer payload = reply.buffer();
    assertThat(payload.getLong()).isEqualTo(1024);
    assertThat(payload).isEqualTo(ByteBuffer.wrap(pattern(512, 2)));
  }

  @Test
  void structuredErrorOfAReadCarriesAMessage() {
    RawClient client = RawClient.structured(loop, "disk");
    device.failWith(BlockStatus.MEDIUM);

    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));

    Reply reply = client.onlyReply(0);
    assertThat(reply.type()).isEqualTo(REPLY_ERROR);
    ByteBuffer payload = reply.buffer();
    assertThat(payload.getInt()).isEqualTo(EIO);
    assertThat(payload.getShort()).isEqualTo((short) payload.remaining()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void repliesComeInTheOrderOfTheDevice(boolean structured) {
    RawClient client =
        structured ? RawClient.structured(loop, "disk") : RawClient.simple(loop, "disk");
    device.holding();
    for (int i = 0; i < 10; i++) {
      client.send(RawClient.request(0, CMD_READ, i, i * 512L, 512));
    }
    assertThat(client.stream.received()).isEmpty();
    assertThat(server.statistics("disk").inFlight()).isEqualTo(10);

    device.completeHeld();
    loop.settle();

    assertThat(client.replies(512))
        .extracting(Reply::cookie)
        .containsExactly(9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L, 0L);
    assertThat(server.statistics("disk").inFlight()).isZero();
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, WRITE 0+512 FUA",
    "true, false, WRITE 0+512|FLUSH 0+0",
    "false, false, WRITE 0+512"
  })
  void forcedUnitAccessIsDoneByTheDeviceOrByAFlushBehind(
      boolean cache, boolean fua, String expected) {
    limits.volatileCache = cache;
    limits.fua = fua;
    device.with(limits);
    RawClient client = RawClient.simple(loop, "disk");

    assertThat(client.errorOf(RawClient.write(CMD_FLAG_FUA, 1, 0, new byte[512]))).isZero();

    assertThat(device.history()).containsExactly(expected.split("\\|"));
  }

  @Test
  void forcedUnitAccessOfTrimAndZeroesIsAFlushBehind() {
    RawClient client = RawClient.simple(loop, "disk");

    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FUA, CMD_TRIM, 1, 0, 4096))).isZero();
    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FUA, CMD_WRITE_ZEROES, 1, 0, 4096)))
        .isZero();
    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FUA, CMD_READ, 1, 4096, 0))).isZero();

    assertThat(device.history())
        .containsExactly("DISCARD 0+4096", "FLUSH 0+0", "WRITE_ZEROES 0+4096", "FLUSH 0+0");
  }

  @Test
  void failedFlushBehindAWriteFailsTheWrite() {
    limits.fua = false;
    device.with(limits).holding();
    RawClient client = RawClient.simple(loop, "disk");
    client.send(RawClient.write(CMD_FLAG_FUA, 1, 0, new byte[512]));
    device.completeHeld();
    assertThat(device.heldCount()).isZero();
    loop.settle();

    assertThat(device.history()).containsExactly("WRITE 0+512", "FLUSH 0+0");
    assertThat(client.onlyReply(0).error()).isZero();

    client.send(RawClient.write(CMD_FLAG_FUA, 2, 0, new byte[512]));
    device.failWith(BlockStatus.IOERR);
    device.completeHeld();
    loop.settle();
    assertThat(client.onlyReply(0).error()).isEqualTo(EIO);
  }

  @Test
  void flagsOfWriteZeroesReachTheDevice() {
    RawClient client = RawClient.simple(loop, "disk");
    int flags = CMD_FLAG_NO_HOLE | CMD_FLAG_FAST_ZERO;

    assertThat(client.errorOf(RawClient.request(flags, CMD_WRITE_ZEROES, 1, 512, 1024))).isZero();

    assertThat(device.history()).containsExactly("WRITE_ZEROES 512+1024 NO_UNMAP FAST_ONLY");
  }

  @Test
  void zeroesAreWrittenInPiecesWhereTheDeviceHasNoZeroCommand() {
    limits.maxWriteZeroesBytes = 0;
    device.with(limits);
    device.content().put(0, pattern(SIZE, 3));
    RawClient client = RawClient.simple(loop, "disk");
    int length = 2 * Request.MAX_ZERO_WRITE_BYTES + 512;

    assertThat(client.errorOf(RawClient.request(0, CMD_WRITE_ZEROES, 1, 512, length))).isZero();

    assertThat(stored(512, length)).containsOnly(0);
    byte[] before = pattern(SIZE, 3);
    assertThat(stored(0, 512)).isEqualTo(java.util.Arrays.copyOf(before, 512));
    assertThat(device.content().get(512 + length)).isEqualTo(before[512 + length]);
    assertThat(device.history())
        .containsExactly("WRITE 512+262144", "WRITE 262656+262144", "WRITE 524800+512");
  }

  @Test
  void fastZeroIsRefusedWhereTheDeviceHasNoZeroCommand() {
    limits.maxWriteZeroesBytes = 0;
    device.with(limits);
    RawClient client = RawClient.simple(loop, "disk");

    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FAST_ZERO, CMD_WRITE_ZEROES, 1, 0, 512)))
        .isEqualTo(ENOTSUP);
    assertThat(device.history()).isEmpty();
  }

  @Test
  void zeroCommandThatTheDeviceRefusesIsReplacedByWritingUnlessItHadToBeFast() {
    device.failWriteZeroesWith(BlockStatus.NOTSUPP);
    device.content().put(0, pattern(4096, 3));
    RawClient client = RawClient.simple(loop, "disk");

    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FAST_ZERO, CMD_WRITE_ZEROES, 1, 0, 4096)))
        .isEqualTo(ENOTSUP);
    assertThat(stored(0, 4096)).isEqualTo(pattern(4096, 3));
    assertThat(client.errorOf(RawClient.request(CMD_FLAG_FUA, CMD_WRITE_ZEROES, 1, 0, 4096)))
        .isZero();
    assertThat(stored(0, 4096)).containsOnly(0);
    assertThat(device.history()).endsWith("WRITE_ZEROES 0+4096", "WRITE 0+4096 FUA");
  }

  @Test
  void trimThatTheDeviceRefusesIsNoErrorBecauseItIsAHint() {
    RawClient client = RawClient.simple(loop, "disk");
    device.failWith(BlockStatus.NOTSUPP);

    assertThat(client.errorOf(RawClient.request(0, CMD_TRIM, 1, 0, 512))).isZero();
  }

  @Test
  void trimThatWasNotOfferedIsInvalid() {
    limits.maxDiscardBytes = 0;
    device.with(limits);
    RawClient client = RawClient.simple(loop, "disk");

    assertThat(client.errorOf(RawClient.request(0, CMD_TRIM, 1, 0, 512))).isEqualTo(EINVAL);
    assertThat(device.history()).isEmpty();
  }

  @Test
  void longRequestsAreCutToTheLimitsOfTheDevice() {
    limits.maxTransferBytes = 64 * 1024;
    limits.maxDiscardBytes = 1 << 20;
    device.with(limits);
    RawClient client = RawClient.simple(loop, "disk");
    byte[] data = pattern(200 * 1024, 4);

    assertThat(client.errorOf(RawClient.write(0, 1, 0, data))).isZero();
    assertThat(device.history()).hasSize(4);
    client.send(RawClient.request(0, CMD_READ, 1, 0, data.length));
    assertThat(client.onlyReply(data.length).buffer()).isEqualTo(ByteBuffer.wrap(data));
    assertThat(device.history()).hasSize(4);
    assertThat(client.errorOf(RawClient.request(0, CMD_TRIM, 1, 0, SIZE))).isZero();
    assertThat(device.history()).hasSize(8);
  }

  @Test
  void cacheReadsTheRangeAndSendsNothing() {
    RawClient client = RawClient.simple(loop, "disk");
    int length = Transmission.CACHE_PIECE_BYTES + 512;

    assertThat(client.errorOf(RawClient.request(0, CMD_CACHE, 1, 512, length))).isZero();

    assertThat(device.history()).containsExactly("READ 512+262144", "READ 262656+512");
  }

  @Test
  void blockStatusIsOneAllocatedExtent() {
    RawClient client = RawClient.structured(loop, "disk");

    client.send(RawClient.request(CMD_FLAG_REQ_ONE, CMD_BLOCK_STATUS, 3, 512, 4096));

    Reply reply = client.onlyReply(0);
    assertThat(reply.type()).isEqualTo(REPLY_BLOCK_STATUS);
    assertThat(reply.flags()).isEqualTo(1);
    ByteBuffer payload = reply.buffer();
    assertThat(payload.remaining()).isEqualTo(12);
    assertThat(payload.getInt()).isEqualTo(Handshake.BASE_ALLOCATION_ID);
    assertThat(payload.getInt()).isEqualTo(4096);
    assertThat(payload.getInt()).isZero();
  }

  @Test
  void blockStatusWithoutAContextOrWithoutALengthIsInvalid() {
    RawClient simple = RawClient.simple(loop, "disk");
    assertThat(simple.errorOf(RawClient.request(0, CMD_BLOCK_STATUS, 3, 0, 512))).isEqualTo(EINVAL);
    RawClient structured = RawClient.structured(loop, "disk");
    assertThat(structured.errorOf(RawClient.request(0, CMD_BLOCK_STATUS, 3, 0, 0)))
        .isEqualTo(EINVAL);
  }

  @ParameterizedTest
  @ValueSource(ints = {CMD_READ, CMD_TRIM, CMD_WRITE_ZEROES, CMD_CACHE, CMD_WRITE})
  void lengthZeroDoesNothingAndSucceeds(int command) {
    for (boolean structured : new boolean[] {false, true}) {
      RawClient client =
          structured ? RawClient.structured(loop, "disk") : RawClient.simple(loop, "disk");
      client.send(RawClient.request(0, command, 1, 512, 0));
      Reply reply = client.onlyReply(0);
      assertThat(reply.error()).isZero();
      assertThat(reply.structured()).isEqualTo(structured && command == CMD_READ);
      assertThat(reply.type()).isEqualTo(REPLY_NONE);
    }
    assertThat(device.history()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // command, offset, length, error
    "0, 1, 512, 22",
    "0, 0, 511, 22",
    "0, 8388608, 512, 22",
    "0, 8388096, 1024, 22",
    "0, -512, 512, 22",
    "0, 0, 1049088, 22",
    "1, 1, 512, 22",
    "1, 0, 100, 22",
    "1, 8388608, 512, 28",
    "1, -512, 1024, 28",
    "1, 0, 1049088, 22",
    "4, 8388608, 512, 22",
    "4, 0, 1, 22",
    "5, 8388096, 1024, 22",
    "6, 8388608, 512, 28",
    "6, 8388096, 4294966784, 28",
    "6, 3, 512, 22",
    "3, 512, 0, 22",
    "3, 0, 512, 22",
    "8, 0, 0, 22",
    "65535, 0, 512, 22"
  })
  void wrongRequestIsRefusedAndTheConnectionGoesOn(
      int command, long offset, long length, int error) {
    RawClient client = RawClient.simple(loop, "disk");
    byte[] request = RawClient.request(0, command, 77, offset, length);
    if (command == CMD_WRITE) {
      client.stream.send(request);
      client.send(pattern((int) length, 5)); // looks like anything, and must be skipped
    } else {
      client.send(request);
    }

    Reply reply = client.onlyReply(0);
    assertThat(reply.error()).isEqualTo(error);
    assertThat(reply.cookie()).isEqualTo(77);
    assertThat(device.history()).isEmpty();
    assertThat(server.statistics("disk").errors()).isEqualTo(1);
    assertThat(client.errorOf(RawClient.request(0, CMD_FLUSH, 1, 0, 0))).isZero();
  }

  @Test
  void tooLongReadIsInvalidAndWithoutFragmentsAnOverflow() {
    RawClient client = RawClient.structured(loop, "disk");

    assertThat(client.errorOf(RawClient.request(0, CMD_READ, 1, 0, 2 << 20))).isEqualTo(EINVAL);
    assertThat(client.errorOf(RawClient.request(CMD_FLAG_DF, CMD_READ, 1, 0, 2 << 20)))
        .isEqualTo(EOVERFLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2",
    "0, 8",
    "0, 16",
    "0, 4",
    "1, 2",
    "3, 8",
    "4, 2",
    "5, 16",
    "6, 4",
    "6, 8",
    "6, 32",
    "3, 32768"
  })
  void flagThatDoesNotApplyIsInvalid(int command, int flag) {
    RawClient client = RawClient.simple(loop, "disk");
    int length = command == CMD_FLUSH ? 0 : 512;
    byte[] request = RawClient.request(flag, command, 1, 0, length);
    if (command == CMD_WRITE) {
      client.stream.send(request);
      client.send(new byte[length]);
    } else {
      client.send(request);
    }

    assertThat(client.onlyReply(0).error()).isEqualTo(EINVAL);
    assertThat(device.history()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {CMD_WRITE, CMD_TRIM, CMD_WRITE_ZEROES})
  void writesToAReadOnlyExportAreNotPermitted(int command) {
    RawClient client = RawClient.simple(loop, "locked");
    client.stream.send(RawClient.request(0, command, 1, 0, 512));
    client.send(new byte[command == CMD_WRITE ? 512 : 0]);

    assertThat(client.onlyReply(0).error()).isEqualTo(EPERM);
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    assertThat(client.onlyReply(512).error()).isZero();
    assertThat(device.history()).containsExactly("READ 0+512");
  }

  @ParameterizedTest
  @EnumSource(BlockStatus.class)
  void everyStatusOfTheDeviceHasItsErrorNumber(BlockStatus status) {
    RawClient client = RawClient.simple(loop, "disk");
    device.failWith(status);
    int expected =
        switch (status) {
          case OK -> 0;
          case NOTSUPP, INVAL -> EINVAL;
          case NOSPC -> ENOSPC;
          case RESV_CONFLICT -> EPERM;
          case RESOURCE -> 12;
          default -> EIO;
        };

    assertThat(client.errorOf(RawClient.write(0, 1, 0, new byte[512]))).isEqualTo(expected);
    client.send(RawClient.request(0, CMD_READ, 1, 0, 512));
    assertThat(client.onlyReply(512).error()).isEqualTo(expected);
    assertThat(server.memory().pool().bytesInUse()).isZero();
  }

  @Test
  void goodbyeLetsRequestsFinishAndThenEndsTheConnection() {
    RawClient client = RawClient.simple(loop, "disk");
    device.holding();
    client.send(RawClient.write(0, 1, 0, pattern(512, 6)));
    client.send(RawClient.request(0, CMD_DISC, 0, 0, 0));
    assertThat(client.stream.isClosed()).isFalse();

    loop.execute(device::completeHeld);
    loop.settle();

    assertThat(client.onlyReply(0).error()).isZero();
    assertThat(client.stream.closed).isTrue();
    assertThat(stored(0, 512)).isEqualTo(pattern(512, 6));
    assertThat(server.connections()).isEmpty();
  }

  @Test
  void somethingElseThanARequestEndsTheConnection() {
    RawClient client = RawClient.simple(loop, "disk");
    RawClient other = RawClient.simple(loop, "disk");
    byte[] request = RawClient.request(0, CMD_READ, 1, 0, 512);
    request[0]++;

    client.send(request);

    assertThat(client.stream.reset).isTrue();
    assertThat(other.errorOf(RawClient.request(0, CMD_FLUSH, 1, 0, 0))).isZero();
  }

  @Test
  void absurdlyLongWriteEndsTheConnection() {
    RawClient client = RawClient.simple(loop, "disk");

    client.send(RawClient.request(0, CMD_WRITE, 1, 0, 0xfffffe00L));

    assertThat(client.stream.reset).isTrue();
    assertThat(server.connections()).isEmpty();
  }

  @Test
  void requestsWorkAtEveryFragmentation() {
    for (int fragment = 1; fragment <= 60; fragment++) {
      RawClient client = RawClient.simple(loop, "disk");
      client.stream.fragmentBytes = fragment;
      byte[] one = pattern(512, fragment);
      byte[] two = pattern(1024, -fragment);
      List<byte[]> parts = new ArrayList<>();
      parts.add(RawClient.write(0, 1, 0, one));
      parts.add(RawClient.write(0, 2, 5, two)); // refused: unaligned
      parts.add(RawClient.request(0, CMD_FLUSH, 3, 0, 0));
      parts.add(RawClient.write(0, 4, 512, two));
      parts.add(RawClient.request(0, CMD_TRIM, 5, 4096, 512));
      parts.forEach(client.stream::send);
      loop.settle();

      assertThat(client.replies(0)).extracting(Reply::cookie).containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(stored(0, 512)).isEqualTo(one);
      assertThat(stored(512, 1024)).isEqualTo(two);
      client.stream.die(null);
    }
  }

  @Test
  void statisticsCountWhatWasDone() {
    RawClient client = RawClient.simple(loop, "disk");
    client.send(RawClient.write(0, 1, 0, new byte[1024]));
    client.send(RawClient.request(0, CMD_READ, 1, 0, 4096));
    client.send(RawClient.request(0, CMD_READ, 1, 1, 4096));
    client.send(RawClient.request(0, CMD_FLUSH, 1, 0, 0));
    client.send(RawClient.request(0, CMD_TRIM, 1, 0, 512));
    client.send(RawClient.request(0, CMD_WRITE_ZEROES, 1, 0, 512));
    client.send(RawClient.request(0, CMD_CACHE, 1, 0, 512));
    NbdStatistics expected = new NbdStatistics(2, 1, 1, 1, 1, 1, 4096, 1024, 1, 0);

    assertThat(server.statistics("disk")).isEqualTo(expected);
    assertThat(server.statistics("locked").requests()).isZero();
    assertThat(server.connections())
        .containsExactly(new NbdConnection("unix:client", "disk", expected));
  }
}
