package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Handshaking.INFO_BLOCK_SIZE;
import static io.multipath4j.nbd.wire.Handshaking.INFO_DESCRIPTION;
import static io.multipath4j.nbd.wire.Handshaking.INFO_EXPORT;
import static io.multipath4j.nbd.wire.Handshaking.INFO_NAME;
import static io.multipath4j.nbd.wire.Handshaking.OPT_ABORT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_EXPORT_NAME;
import static io.multipath4j.nbd.wire.Handshaking.OPT_GO;
import static io.multipath4j.nbd.wire.Handshaking.OPT_INFO;
import static io.multipath4j.nbd.wire.Handshaking.OPT_LIST;
import static io.multipath4j.nbd.wire.Handshaking.OPT_LIST_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_SET_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_STARTTLS;
import static io.multipath4j.nbd.wire.Handshaking.OPT_STRUCTURED_REPLY;
import static io.multipath4j.nbd.wire.Handshaking.REP_ACK;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_INVALID;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_TOO_BIG;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_UNKNOWN;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_UNSUP;
import static io.multipath4j.nbd.wire.Handshaking.REP_INFO;
import static io.multipath4j.nbd.wire.Handshaking.REP_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.REP_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.nbd.RawClient.OptionReply;
import io.multipath4j.nbd.wire.Transmitting;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Endpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {

  private static final int SIZE = 1 << 20;

  private final FakeLoop loop = new FakeLoop();
  private final MemoryDevice device = new MemoryDevice(SIZE);

  @BeforeEach
  void serve() throws Exception {
    NbdServer.start(
        loop,
        NbdServerConfig.builder()
            .export(new NbdExport("disk", "a disk", device, false))
            .export(new NbdExport("locked", "", device, true))
            .listen(new Endpoint.Unix(Path.of("nbd.sock")))
            .build());
  }

  @Test
  void serverGreetsWithFixedNewstyleAndNoZeroes() {
    RawClient client = new RawClient(loop);

    ByteBuffer greeting = ByteBuffer.wrap(client.stream.received());

    assertThat(greeting.getLong()).isEqualTo(0x4e42444d41474943L);
    assertThat(greeting.getLong()).isEqualTo(0x49484156454F5054L);
    assertThat(greeting.getShort()).isEqualTo((short) 3);
    assertThat(greeting.hasRemaining()).isFalse();
  }

  @Test
  void unknownClientFlagsEndTheConnection() {
    RawClient client = new RawClient(loop);

    client.send(RawClient.flags(4));

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void somethingElseThanAnOptionEndsTheConnection() {
    RawClient client = RawClient.greeted(loop);

    client.send("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void listTellsNamesAndDescriptions() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_LIST));

    List<OptionReply> replies = client.optionReplies();
    assertThat(replies)
        .extracting(OptionReply::type)
        .containsExactly(REP_SERVER, REP_SERVER, REP_ACK);
    assertThat(replies).extracting(OptionReply::option).containsOnly(OPT_LIST);
    assertThat(replies.get(0).data())
        .isEqualTo(ByteBuffer.wrap("\0\0\0\4diska disk".getBytes(StandardCharsets.US_ASCII)));
    assertThat(replies.get(1).data())
        .isEqualTo(ByteBuffer.wrap("\0\0\0\6locked".getBytes(StandardCharsets.US_ASCII)));
  }

  @ParameterizedTest
  @ValueSource(ints = {OPT_LIST, OPT_STRUCTURED_REPLY, OPT_STARTTLS})
  void optionThatHasNoDataIsInvalidWithData(int option) {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(option, (byte) 1));

    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, OPT_STARTTLS, 11, 77, -1})
  void unknownOptionIsUnsupportedAndTheHandshakeGoesOn(int option) {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(option));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_UNSUP);

    client.send(RawClient.option(OPT_LIST));
    assertThat(client.optionReplies()).hasSize(3);
  }

  @Test
  void abortIsAcknowledgedWhateverItsDataAndTheConnectionEnds() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_ABORT, (byte) 1, (byte) 2));

    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ACK);
    assertThat(client.stream.closed).isTrue();
  }

  @Test
  void goTellsSizeAndFlagsAndEntersTransmission() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_GO, RawClient.go("disk")));

    List<OptionReply> replies = client.optionReplies();
    assertThat(replies).extracting(OptionReply::type).containsExactly(REP_INFO, REP_ACK);
    ByteBuffer info = replies.get(0).data().duplicate();
    assertThat(info.getShort()).isEqualTo((short) INFO_EXPORT);
    assertThat(info.getLong()).isEqualTo(SIZE);
    assertThat((int) info.getShort())
        .isEqualTo(
            Transmitting.FLAG_HAS_FLAGS
                | Transmitting.FLAG_SEND_FLUSH
                | Transmitting.FLAG_SEND_FUA
                | Transmitting.FLAG_SEND_TRIM
                | Transmitting.FLAG_SEND_WRITE_ZEROES
                | Transmitting.FLAG_CAN_MULTI_CONN
                | Transmitting.FLAG_SEND_CACHE
                | Transmitting.FLAG_SEND_FAST_ZERO);
    client.send(RawClient.request(0, Transmitting.CMD_FLUSH, 9, 0, 0));
    assertThat(client.onlyReply(0).cookie()).isEqualTo(9);
  }

  @Test
  void doNotFragmentIsOfferedWithStructuredRepliesOnly() {
    RawClient client = RawClient.greeted(loop);
    client.send(RawClient.option(OPT_STRUCTURED_REPLY));
    client.optionReplies();

    assertThat(flagsOf(client, "disk") & Transmitting.FLAG_SEND_DF).isNotZero();
  }

  @Test
  void readOnlyExportOffersNoWrites() {
    RawClient client = RawClient.greeted(loop);

    int flags = flagsOf(client, "locked");

    assertThat(flags & Transmitting.FLAG_READ_ONLY).isNotZero();
    assertThat(
            flags
                & (Transmitting.FLAG_SEND_TRIM
                    | Transmitting.FLAG_SEND_WRITE_ZEROES
                    | Transmitting.FLAG_SEND_FAST_ZERO))
        .isZero();
  }

  @Test
  void trimIsOfferedOnlyWhenTheDeviceDiscards() {
    MemoryDevice.Limits limits = new MemoryDevice.Limits();
    limits.maxDiscardBytes = 0;
    limits.maxWriteZeroesBytes = 0;
    device.with(limits);
    RawClient client = RawClient.greeted(loop);

    int flags = flagsOf(client, "disk");

    assertThat(flags & Transmitting.FLAG_SEND_TRIM).isZero();
    assertThat(flags & Transmitting.FLAG_SEND_WRITE_ZEROES).isNotZero();
  }

  private static int flagsOf(RawClient client, String export) {
    client.send(RawClient.option(OPT_INFO, RawClient.go(export)));
    return client.optionReplies().get(0).data().duplicate().getShort(10);
  }

  @Test
  void infoTellsWhatIsAskedOnceAndStaysInTheHandshake() {
    RawClient client = RawClient.greeted(loop);
    int[] infos = {
      INFO_NAME, INFO_DESCRIPTION, INFO_BLOCK_SIZE, INFO_BLOCK_SIZE, INFO_EXPORT, 4, 35, 0xffff
    };

    client.send(RawClient.option(OPT_INFO, RawClient.go("", infos)));

    List<OptionReply> replies = client.optionReplies();
    assertThat(replies)
        .extracting(OptionReply::type)
        .containsExactly(REP_INFO, REP_INFO, REP_INFO, REP_INFO, REP_ACK);
    assertThat(replies.get(1).text()).isEqualTo("\0\1disk");
    assertThat(replies.get(2).text()).isEqualTo("\0\2a disk");
    ByteBuffer blockSize = replies.get(3).data().duplicate();
    assertThat(blockSize.getShort()).isEqualTo((short) INFO_BLOCK_SIZE);
    assertThat(blockSize.getInt()).isEqualTo(512);
    assertThat(blockSize.getInt()).isEqualTo(4096);
    assertThat(blockSize.getInt()).isEqualTo(NbdServerConfig.DEFAULT_MAX_PAYLOAD_BYTES);
    client.send(RawClient.option(OPT_LIST));
    assertThat(client.optionReplies()).hasSize(3);
  }

  @Test
  void goToAnUnknownExportIsAnErrorAndTheHandshakeGoesOn() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_GO, RawClient.go("nowhere")));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_UNKNOWN);

    client.send(RawClient.option(OPT_GO, RawClient.go("disk")));
    assertThat(client.optionReplies()).hasSize(2);
  }

  @Test
  void goWithWrongLengthsIsInvalid() {
    RawClient client = RawClient.greeted(loop);
    byte[] good = RawClient.go("disk", INFO_NAME);

    for (int cut = 0; cut < good.length; cut++) {
      client.send(RawClient.option(OPT_GO, java.util.Arrays.copyOf(good, cut)));
      assertThat(client.onlyOptionReply().type()).as("cut to " + cut).isEqualTo(REP_ERR_INVALID);
    }
    client.send(RawClient.option(OPT_GO, java.util.Arrays.copyOf(good, good.length + 1)));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
    byte[] negative = good.clone();
    negative[0] = (byte) 0xff;
    client.send(RawClient.option(OPT_GO, negative));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
    client.send(RawClient.option(OPT_GO, RawClient.go("x".repeat(4097))));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
  }

  @Test
  void exportNameAnswersWithoutHeaderAndEntersTransmission() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_EXPORT_NAME, "disk".getBytes(StandardCharsets.US_ASCII)));

    byte[] answer = client.stream.received();
    assertThat(answer).hasSize(10);
    assertThat(ByteBuffer.wrap(answer).getLong()).isEqualTo(SIZE);
    client.send(RawClient.request(0, Transmitting.CMD_READ, 1, 0, 512));
    assertThat(client.onlyReply(512).error()).isZero();
  }

  @Test
  void exportNameIsPaddedForClientsThatDidNotWaiveTheZeroes() {
    RawClient client = new RawClient(loop);
    client.stream.received();

    client.send(RawClient.flags(0));
    client.send(RawClient.option(OPT_EXPORT_NAME));

    byte[] answer = client.stream.received();
    assertThat(answer).hasSize(134);
    assertThat(java.util.Arrays.copyOfRange(answer, 10, 134)).containsOnly(0);
  }

  @Test
  void exportNameOfAnUnknownExportEndsTheConnection() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_EXPORT_NAME, "nowhere".getBytes(StandardCharsets.US_ASCII)));

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void metaContextsNeedStructuredReplies() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(OPT_LIST_META_CONTEXT, RawClient.metaContext("disk")));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
    client.send(RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("disk")));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
  }

  @Test
  void metaContextsAreListedByNameByWildcardAndWithoutQuery() {
    RawClient client = withStructuredReplies();

    for (String[] queries :
        new String[][] {{}, {"base:"}, {"base:allocation"}, {"x:y", "base:allocation"}}) {
      client.send(RawClient.option(OPT_LIST_META_CONTEXT, RawClient.metaContext("disk", queries)));
      List<OptionReply> replies = client.optionReplies();
      assertThat(replies).extracting(OptionReply::type).containsExactly(REP_META_CONTEXT, REP_ACK);
      assertThat(replies.get(0).text()).endsWith("base:allocation");
    }
    client.send(
        RawClient.option(
            OPT_LIST_META_CONTEXT, RawClient.metaContext("disk", "qemu:", "base:nonsense", "x")));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ACK);
  }

  @Test
  void metaContextIsSelectedByItsFullNameOnly() {
    RawClient client = withStructuredReplies();

    client.send(
        RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("disk", "base:", "x:y")));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ACK);
    client.send(
        RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("disk", "base:allocation")));
    assertThat(client.optionReplies())
        .extracting(OptionReply::type)
        .containsExactly(REP_META_CONTEXT, REP_ACK);
  }

  @Test
  void metaContextOfAnotherExportOrReplacedByAFailureIsNotInForce() {
    RawClient other = withStructuredReplies();
    other.send(
        RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("locked", "base:allocation")));
    RawClient replaced = withStructuredReplies();
    replaced.send(
        RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("disk", "base:allocation")));
    replaced.send(
        RawClient.option(OPT_SET_META_CONTEXT, RawClient.metaContext("gone", "base:allocation")));

    for (RawClient client : List.of(other, replaced)) {
      client.send(RawClient.option(OPT_GO, RawClient.go("disk")));
      client.optionReplies();
      assertThat(client.errorOf(RawClient.request(0, Transmitting.CMD_BLOCK_STATUS, 1, 0, 512)))
          .isEqualTo(22);
    }
  }

  @Test
  void metaContextWithWrongLengthsIsInvalid() {
    RawClient client = withStructuredReplies();
    byte[] good = RawClient.metaContext("disk", "base:", "base:allocation");

    for (int cut = 0; cut < good.length; cut++) {
      client.stream.received();
      if (cut == 30) {
        client = withStructuredReplies(); // no client may send options for ever
      }
      client.send(RawClient.option(OPT_LIST_META_CONTEXT, java.util.Arrays.copyOf(good, cut)));
      assertThat(client.onlyOptionReply().type()).as("cut to " + cut).isEqualTo(REP_ERR_INVALID);
    }
    byte[] many = good.clone();
    ByteBuffer.wrap(many).putInt(8, Integer.MAX_VALUE);
    client.send(RawClient.option(OPT_LIST_META_CONTEXT, many));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_INVALID);
  }

  private RawClient withStructuredReplies() {
    RawClient client = RawClient.greeted(loop);
    client.send(RawClient.option(OPT_STRUCTURED_REPLY));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ACK);
    return client;
  }

  @Test
  void longOptionIsSkippedAndRefused() {
    RawClient client = RawClient.greeted(loop);

    client.send(RawClient.option(77, new byte[Handshake.MAX_OPTION_BYTES + 1]));
    assertThat(client.onlyOptionReply().type()).isEqualTo(REP_ERR_TOO_BIG);

    client.send(RawClient.option(OPT_LIST));
    assertThat(client.optionReplies()).hasSize(3);
  }

  @Test
  void absurdlyLongOptionEndsTheConnection() {
    RawClient client = RawClient.greeted(loop);

    client.send(
        ByteBuffer.allocate(16).putLong(Wire.OPTION_MAGIC).putInt(OPT_GO).putInt(-1).array());

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void tooManyOptionsEndTheConnection() {
    RawClient client = RawClient.greeted(loop);

    for (int i = 0; i < Handshake.MAX_OPTIONS + 2 * Handshake.MAX_OPTIONS_PER_EXPORT; i++) {
      client.send(RawClient.option(OPT_LIST));
    }
    assertThat(client.stream.reset).isFalse();
    client.send(RawClient.option(OPT_LIST));

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void optionsWithoutTakingTheAnswersEndTheConnection() throws Exception {
    NbdServer.start(
        loop,
        NbdServerConfig.builder()
            .export(new NbdExport("disk", "x".repeat(4096), device, false))
            .listen(new Endpoint.Unix(Path.of("nbd.sock")))
            .build());
    RawClient client = RawClient.greeted(loop);
    client.stream.takes = 0;

    for (int i = 0; i < 20 && !client.stream.isClosed(); i++) {
      client.send(RawClient.option(OPT_LIST));
    }

    assertThat(client.stream.reset).isTrue();
  }

  @Test
  void handshakeHasADeadline() {
    RawClient client = RawClient.greeted(loop);

    loop.pass(NbdServerConfig.DEFAULT_HANDSHAKE_TIMEOUT_MILLIS - 1);
    assertThat(client.stream.reset).isFalse();
    loop.pass(1);

    assertThat(client.stream.reset).isTrue();
    assertThat(loop.timerCount()).isZero();
  }

  @Test
  void handshakeThatEndedHasNoDeadline() {
    RawClient client = RawClient.simple(loop, "disk");

    loop.pass(10 * NbdServerConfig.DEFAULT_HANDSHAKE_TIMEOUT_MILLIS);

    assertThat(client.stream.isClosed()).isFalse();
  }

  @Test
  void handshakeWorksAtEveryFragmentation() {
    for (int fragment = 1; fragment <= 40; fragment++) {
      RawClient client = new RawClient(loop);
      client.stream.fragmentBytes = fragment;
      client.stream.received();
      ByteBuffer all = ByteBuffer.allocate(200);
      all.put(RawClient.flags(RawClient.FIXED));
      all.put(RawClient.option(77, new byte[5]));
      all.put(RawClient.option(OPT_STRUCTURED_REPLY));
      all.put(RawClient.option(OPT_INFO, RawClient.go("disk", INFO_NAME)));
      all.put(RawClient.option(OPT_GO, RawClient.go("disk")));
      byte[] bytes = new byte[all.position()];
      all.get(0, bytes);

      client.send(bytes);

      assertThat(client.optionReplies())
          .extracting(OptionReply::type)
          .containsExactly(REP_ERR_UNSUP, REP_ACK, REP_INFO, REP_INFO, REP_ACK, REP_INFO, REP_ACK);
      client.stream.die(null);
    }
  }
}
