package io.multipath4j.array.server;

import static io.multipath4j.array.server.SimulatedArray.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.LoginResponsePdu;
import io.multipath4j.iscsi.pdu.LoginStatus;
import io.multipath4j.iscsi.pdu.NopPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.R2tPdu;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An initiator that breaks the rules loses its connection, and nobody else loses anything. */
class HostileInitiatorTest {

  private static final int ITT = 0x77;

  private final SimulatedArray array = new SimulatedArray(13);
  private final IscsiSession honest = array.loggedIn(config -> config.withPortal(SimulatedArray.B));
  private RawInitiator raw = new RawInitiator(array);

  @BeforeEach
  void honestDataIsThere() {
    array.write(honest, 0, SimulatedArray.random(BLOCK, 1));
  }

  @AfterEach
  void honestDataIsStillThere() {
    assertThat(array.read(honest, 0, 1)).isEqualTo(SimulatedArray.random(BLOCK, 1));
    array.close();
  }

  // ---- Login

  @Test
  void garbageBeforeLoginEndsTheConnection() {
    raw.send(SimulatedArray.random(4096, 5));
    raw.untilClosed();
    assertThat(array.portal(0).connectionCount()).isZero();
  }

  @Test
  void anotherPduThanLoginEndsTheConnection() {
    raw.pdu(header -> NopPdu.initOut(header, 0, 1, Bhs.RESERVED_TAG));
    raw.untilClosed();
  }

  @Test
  void whoDoesNotLogInIsDroppedAtTheDeadline() {
    raw.send(new byte[] {0x43});
    array.runMillis(TimeUnit.NANOSECONDS.toMillis(Connection.LOGIN_TIMEOUT_NANOS) - 100);
    assertThat(raw.closed).isFalse();
    array.runMillis(200);
    assertThat(raw.closed).isTrue();
  }

  @Test
  void namesAreRequired() {
    raw.login(List.of(new TextKey("TargetName", SimulatedArray.TARGET)));
    assertThat(loginStatus()).isEqualTo(LoginStatus.MISSING_PARAMETER.code());
    raw = new RawInitiator(array);
    raw.login(List.of(new TextKey("InitiatorName", SimulatedArray.HOST)));
    assertThat(loginStatus()).isEqualTo(LoginStatus.MISSING_PARAMETER.code());
    raw = new RawInitiator(array);
    raw.login(
        List.of(
            new TextKey("InitiatorName", SimulatedArray.HOST),
            new TextKey("SessionType", "Strange")));
    assertThat(loginStatus()).isEqualTo(LoginStatus.SESSION_TYPE_NOT_SUPPORTED.code());
  }

  @Test
  void aSessionThatIsNotThereCannotBeJoined() {
    raw.pdu(
        header ->
            LoginRequestPdu.init(header, 0, LoginRequestPdu.TRANSIT, 1, 3, 0x8000_0000_0001L, 99),
        "InitiatorName=a\0TargetName=%s\0"
            .formatted(SimulatedArray.TARGET)
            .getBytes(StandardCharsets.UTF_8));
    assertThat(loginStatus()).isEqualTo(LoginStatus.SESSION_DOES_NOT_EXIST.code());
  }

  @Test
  void textThatIsNotKeyAndValueIsRefused() {
    raw.pdu(
        header -> LoginRequestPdu.init(header, 0, LoginRequestPdu.TRANSIT, 1, 3, 1, 0),
        "no equals sign\0".getBytes(StandardCharsets.UTF_8));
    assertThat(loginStatus()).isEqualTo(LoginStatus.INITIATOR_ERROR.code());
  }

  @Test
  void aFloodOfKeysOrRequestsEnds() {
    byte[] part = "X=yyyyyyyyyyyyyyyyyyyyyyyyyyyyy\0".repeat(200).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= LoginPhase.MAX_REQUESTS; i++) {
      raw.pdu(
          header -> LoginRequestPdu.init(header, 0, LoginRequestPdu.CONTINUE, 1, 0, 1, 0), part);
    }
    raw.untilClosed();
    assertThat(raw.answers.size()).isLessThanOrEqualTo(LoginPhase.MAX_REQUESTS);
  }

  @Test
  void keysThatNeedMoreAnswersThanAResponseHoldsAreRefused() {
    byte[] part = "X=\0".repeat(2000).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 5; i++) {
      raw.pdu(
          header -> LoginRequestPdu.init(header, 0, LoginRequestPdu.CONTINUE, 1, 0, 1, 0), part);
    }
    raw.login(
        List.of(
            new TextKey("InitiatorName", SimulatedArray.HOST),
            new TextKey("TargetName", SimulatedArray.TARGET)));
    raw.untilClosed();
    assertThat(LoginResponsePdu.status(raw.answers.getLast(), 0))
        .isEqualTo(LoginStatus.INITIATOR_ERROR.code());
  }

  @Test
  void initiatorNamesThatWouldSpoilALogAreRefused() {
    for (String name : List.of("iqn.x\nWARNING: all is lost", "iqn." + "x".repeat(300))) {
      raw.login(
          List.of(
              new TextKey("InitiatorName", name),
              new TextKey("TargetName", SimulatedArray.TARGET)));
      assertThat(loginStatus()).isEqualTo(LoginStatus.INITIATOR_ERROR.code());
      raw = new RawInitiator(array);
    }
  }

  @Test
  void aSegmentLongerThanTheDefaultIsRefusedDuringLogin() {
    raw.pdu(header -> {
      LoginRequestPdu.init(header, 0, 0, 1, 0, 1, 0);
      Bhs.setDataSegmentLength(header, 0, 0xFF_FFFF);
    });
    raw.untilClosed();
  }

  @Test
  void connectionsAreLimited() {
    List<RawInitiator> many = new ArrayList<>();
    for (int i = 0; i < Portal.MAX_CONNECTIONS + 5; i++) {
      many.add(new RawInitiator(array));
    }
    array.runMillis(10);
    assertThat(array.portal(0).connectionCount()).isEqualTo(Portal.MAX_CONNECTIONS);
    assertThat(many.getLast().closed).isTrue();
  }

  // ---- Full feature phase

  @Test
  void anAbsurdSegmentLengthEndsTheSession() {
    raw.login();
    raw.pdu(header -> {
      NopPdu.initOut(header, 0, 1, Bhs.RESERVED_TAG);
      Bhs.setImmediate(header, 0);
      Bhs.setDataSegmentLength(header, 0, 0xFF_FFFF);
    });
    raw.untilClosed();
  }

  @Test
  void moreImmediateDataThanAnnouncedEndsTheSession() {
    raw.login();
    raw.pdu(write(1, BLOCK, 0x80), new byte[2 * BLOCK]);
    raw.untilClosed();
    assertThat(array.stored(8, 4)).containsOnly(0);
  }

  @Test
  void dataForACommandThatDoesNotWriteEndsTheSession() {
    raw.login();
    raw.pdu(
        header ->
            command(header, 0x80 | ScsiCommandPdu.READ, 4096, cdb -> Cdb.read16(cdb, 0, 8, 0)),
        new byte[512]);
    raw.untilClosed();
  }

  @Test
  void solicitedDataMustBeWhereItWasAskedFor() {
    raw.login(new TextKey("InitialR2T", "Yes"), new TextKey("ImmediateData", "No"));
    takeAttention();
    raw.pdu(write(4, 4 * BLOCK, 0x80));
    ByteBuffer r2t = raw.next();
    assertThat(Bhs.opcode(r2t, 0)).isEqualTo(Opcode.R2T.code());
    assertThat(R2tPdu.desiredDataTransferLength(r2t, 0)).isEqualTo(4 * BLOCK);
    raw.pdu(dataOut(Bhs.ttt(r2t, 0), 0, 3 * BLOCK, true), new byte[2 * BLOCK]);
    raw.untilClosed();
    assertThat(array.stored(8, 8)).containsOnly(0);
  }

  @Test
  void dataForATagThatWasNeverGivenIsRejectedAndDataForAnOldOneIgnored() {
    raw.login(new TextKey("InitialR2T", "Yes"), new TextKey("ImmediateData", "No"));
    takeAttention();
    raw.pdu(dataOut(0x1234_5601, 0, 0, true), new byte[BLOCK]);
    assertThat(RejectPdu.reason(raw.next(), 0)).isEqualTo(RejectPdu.INVALID_PDU_FIELD);
    raw.pdu(write(1, BLOCK, 0x80));
    ByteBuffer r2t = raw.next();
    byte[] data = SimulatedArray.random(BLOCK, 4);
    raw.pdu(dataOut(Bhs.ttt(r2t, 0), 0, 0, true), data);
    assertThat(ScsiResponsePdu.status(raw.next(), 0)).isEqualTo(ScsiStatus.GOOD);
    raw.pdu(dataOut(Bhs.ttt(r2t, 0), 0, 0, true), new byte[BLOCK]);
    raw.pdu(dataOut(Bhs.RESERVED_TAG, 0, 0, true), new byte[BLOCK]);
    ping();
    assertThat(Bhs.opcode(raw.next(), 0)).isEqualTo(Opcode.NOP_IN.code());
    assertThat(array.stored(8, 1)).isEqualTo(data);
  }

  @Test
  void aGapInDataSnFailsTheCommandAndNotTheSession() {
    raw.login(new TextKey("InitialR2T", "Yes"), new TextKey("ImmediateData", "No"));
    takeAttention();
    raw.pdu(write(1, BLOCK, 0x80));
    raw.pdu(dataOut(Bhs.ttt(raw.next(), 0), 27, 0, true), new byte[BLOCK]);
    assertThat(ScsiResponsePdu.status(raw.next(), 0)).isEqualTo(ScsiStatus.CHECK_CONDITION);
  }

  @Test
  void aTagThatIsInUseIsRejected() {
    raw.login();
    array.portal(0).inject(CommandFault.drop());
    raw.pdu(write(1, BLOCK, 0x80), new byte[BLOCK]);
    raw.pdu(write(1, BLOCK, 0x80), new byte[BLOCK]);
    assertThat(RejectPdu.reason(raw.next(), 0)).isEqualTo(RejectPdu.TASK_IN_PROGRESS);
    assertThat(raw.closed).isFalse();
  }

  @Test
  void commandsOutsideOfTheWindowAreIgnored() {
    raw.login();
    int right = raw.cmdSn;
    raw.cmdSn = right + Session.QUEUE_DEPTH;
    raw.pdu(write(1, BLOCK, 0x80), new byte[BLOCK]);
    raw.cmdSn = right - 1;
    raw.pdu(write(1, BLOCK, 0x80), new byte[BLOCK]);
    array.runMillis(10);
    assertThat(raw.answers).as("login only").hasSize(1);
    raw.cmdSn = right;
    takeAttention();
  }

  @Test
  void theWindowClosesWithTheCommandsThatAreNotAnswered() {
    raw.login();
    array.portal(0).inject(CommandFault.drop().times(Session.QUEUE_DEPTH));
    for (int i = 0; i < Session.QUEUE_DEPTH; i++) {
      int itt = i;
      raw.pdu(header -> {
        command(header, 0x80, 0, cdb -> {});
        Bhs.setItt(header, 0, itt);
      });
    }
    ping();
    ByteBuffer nop = raw.next();
    assertThat(Bhs.maxCmdSn(nop, 0)).isEqualTo(Bhs.expCmdSn(nop, 0) - 1);
  }

  @Test
  void tooManyImmediateCommandsAreRejected() {
    raw.login();
    array.portal(0).inject(CommandFault.drop());
    int all = Session.QUEUE_DEPTH + Session.IMMEDIATE_DEPTH;
    for (int i = 0; i <= all; i++) {
      int itt = i;
      raw.pdu(header -> {
        command(header, 0x80, 0, cdb -> {});
        Bhs.setImmediate(header, 0);
        Bhs.setItt(header, 0, itt);
      });
      raw.cmdSn--;
    }
    assertThat(RejectPdu.reason(raw.next(), 0)).isEqualTo(RejectPdu.TOO_MANY_IMMEDIATE_COMMANDS);
  }

  @Test
  void aTargetsPduFromAnInitiatorIsRejectedAndEndsTheSession() {
    raw.login();
    raw.pdu(header -> R2tPdu.init(header, 0));
    assertThat(RejectPdu.reason(raw.next(), 0)).isEqualTo(RejectPdu.PROTOCOL_ERROR);
    raw.untilClosed();
  }

  @Test
  void anInitiatorThatDoesNotReadItsAnswersIsNotReadFrom() {
    raw.login();
    takeAttention();
    array.hostLoop.execute(() -> raw.stream().setReading(false));
    for (int i = 0; i < 100; i++) {
      int itt = i;
      raw.pdu(header -> {
        command(header, 0x80 | ScsiCommandPdu.READ, 1 << 20, cdb -> Cdb.read16(cdb, 0, 2048, 0));
        Bhs.setItt(header, 0, itt);
      });
    }
    array.runMillis(1000);
    assertThat(array.array.server().bufferBytes())
        .isLessThan(Connection.MAX_PENDING_BYTES * 4 + (4L << 20));
    array.hostLoop.execute(() -> raw.stream().setReading(true));
    array.until(() -> raw.answers.stream().filter(a -> DataInPdu.hasStatus(a, 0)).count() > 10);
  }

  @Test
  void silenceIsAnsweredByAPingAndThenByAReset() {
    raw.login();
    ByteBuffer ping = raw.next();
    assertThat(Bhs.opcode(ping, 0)).isEqualTo(Opcode.NOP_IN.code());
    assertThat(Bhs.ttt(ping, 0)).isNotEqualTo(Bhs.RESERVED_TAG);
    raw.untilClosed();
  }

  @Test
  void randomBytesInFullFeaturePhaseNeverHarmAnybodyElse() {
    long seed = 2026;
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      raw.login();
      byte[] noise = new byte[48 * (1 + random.nextInt(20))];
      random.nextBytes(noise);
      for (int at = 0; at < noise.length; at += 48) {
        noise[at] = (byte) (random.nextInt(8) | (random.nextBoolean() ? 0x40 : 0));
        if (random.nextInt(3) > 0) {
          Arrays.fill(noise, at + 4, at + 8, (byte) 0); // no data segment, so that more is parsed
        }
      }
      raw.send(noise);
      array.runMillis(2);
      array.hostLoop.execute(raw.stream()::reset);
      raw = new RawInitiator(array);
    }
    array.hostLoop.execute(raw.stream()::reset);
    array.runMillis(10);
    assertThat(array.portal(0).connectionCount()).as("seed %d", seed).isZero();
  }

  // ---- Helpers

  private int loginStatus() {
    array.until(() -> !raw.answers.isEmpty());
    raw.untilClosed();
    return LoginResponsePdu.status(raw.answers.getLast(), 0);
  }

  private void takeAttention() {
    raw.pdu(header -> command(header, 0x80, 0, cdb -> {}));
    assertThat(ScsiResponsePdu.status(raw.next(), 0)).isEqualTo(ScsiStatus.CHECK_CONDITION);
  }

  private void ping() {
    raw.pdu(header -> {
      NopPdu.initOut(header, 0, 0x999, Bhs.RESERVED_TAG);
      Bhs.setImmediate(header, 0);
      Bhs.setCmdSn(header, 0, raw.cmdSn);
    });
  }

  private void command(ByteBuffer header, int flags, int length, Consumer<byte[]> cdb) {
    byte[] bytes = new byte[16];
    cdb.accept(bytes);
    ScsiCommandPdu.init(header, 0, flags);
    header.putLong(Bhs.LUN_AT, SimulatedArray.LUN);
    Bhs.setItt(header, 0, ITT);
    Bhs.setCmdSn(header, 0, raw.cmdSn++);
    ScsiCommandPdu.setExpectedDataTransferLength(header, 0, length);
    ScsiCommandPdu.setCdb(header, 0, bytes, 16);
  }

  /** A write to LBA 8 and on. */
  private Consumer<ByteBuffer> write(int blocks, int announced, int flags) {
    return header ->
        command(
            header, flags | ScsiCommandPdu.WRITE, announced, cdb -> Cdb.write16(cdb, 8, blocks, 0));
  }

  private static Consumer<ByteBuffer> dataOut(int ttt, int dataSn, int offset, boolean last) {
    return header -> {
      DataOutPdu.init(header, 0, last);
      Bhs.setItt(header, 0, ITT);
      Bhs.setTtt(header, 0, ttt);
      DataOutPdu.setDataSn(header, 0, dataSn);
      DataOutPdu.setBufferOffset(header, 0, offset);
    };
  }
}
