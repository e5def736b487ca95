package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.multipath4j.iscsi.ScriptedTarget.Connection;
import io.multipath4j.iscsi.ScriptedTarget.Pdu;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.pdu.AsyncMessagePdu;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.iscsi.pdu.TaskManagementRequestPdu;
import io.multipath4j.iscsi.pdu.TaskManagementResponsePdu;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.TaskManagementResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong: targets that lie, paths that die, commands that are given up. */
class IscsiSessionFailureTest {

  private final SessionFixture fixture = new SessionFixture();
  private final ScriptedTarget target = fixture.target;

  private static Arguments lie(String expected, BiConsumer<Connection, Pdu> script) {
    return arguments(expected, script);
  }

  static Stream<Arguments> lies() {
    byte[] block = new byte[512];
    return Stream.of(
        lie(
            "SCSI_RESPONSE with ITT 0x7fff0003, which is not the tag",
            (c, p) -> c.response(0x7FFF0003, 0, 0, 0, new byte[0])),
        lie(
            "DATA_IN with ITT 0xffffffff, which is not the tag",
            (c, p) -> c.dataIn(-1, 0, 0, block, 0x81, 0)),
        lie("bytes 512 to 1024 of 512", (c, p) -> c.dataIn(p.itt(), 0, 512, block, 0x81, 0)),
        lie("bytes 0 to 513 of 512", (c, p) -> c.dataIn(p.itt(), 0, 0, new byte[513], 0x81, 0)),
        lie("bytes 4294967295 to 4294967807", (c, p) -> c.dataIn(p.itt(), 0, -1, block, 0x81, 0)),
        lie("DataSN 1, expected 0", (c, p) -> c.dataIn(p.itt(), 1, 0, block, 0x81, 0)),
        lie(
            "underflow of 513 bytes in a transfer of 512",
            (c, p) -> c.dataIn(p.itt(), 0, 0, block, 0x81 | DataInPdu.UNDERFLOW, 513)),
        lie("for a command that does not write", (c, p) -> c.r2t(p.itt(), 1, 0, 0, 512)),
        lie(
            "StatSN",
            (c, p) -> {
              c.statSn++;
              c.response(p.itt(), 0, 0, 0, new byte[0]);
            }),
        lie(
            "SenseLength 255 in a data segment of 3 bytes",
            (c, p) -> raw(c, Opcode.SCSI_RESPONSE, p.itt(), new byte[] {0, (byte) 255, 1})),
        lie("LOGIN_RESPONSE", (c, p) -> raw(c, Opcode.LOGIN_RESPONSE, p.itt(), new byte[0])),
        lie("SCSI_COMMAND", (c, p) -> raw(c, Opcode.SCSI_COMMAND, p.itt(), new byte[0])),
        lie("unasked logout", (c, p) -> raw(c, Opcode.LOGOUT_RESPONSE, p.itt(), new byte[0])),
        lie("unasked NOP_IN", (c, p) -> c.nopIn(0x1234, Bhs.RESERVED_TAG, true)),
        lie(
            "TASK_MANAGEMENT_RESPONSE with ITT",
            (c, p) -> raw(c, Opcode.TASK_MANAGEMENT_RESPONSE, 0xF003, new byte[0])),
        lie("without the rejected header", (c, p) -> raw(c, Opcode.REJECT, -1, new byte[10])),
        lie(
            "data segment of 16777215 bytes",
            (c, p) -> {
              ByteBuffer out = c.writer.begin();
              DataInPdu.init(out, out.position(), 0x80);
              Bhs.setDataSegmentLength(out, out.position(), 0xFFFFFF);
              c.writer.end();
            }),
        lie(
            "additional header segments",
            (c, p) -> {
              ByteBuffer out = c.writer.begin();
              DataInPdu.init(out, out.position(), 0x80);
              out.put(out.position() + 4, (byte) 200);
              c.writer.end();
            }),
        lie("the target closed the connection", (c, p) -> c.stream.close()),
        lie("reset", (c, p) -> c.stream.reset()));
  }

  private static void raw(Connection c, Opcode opcode, int itt, byte[] data) {
    ByteBuffer out = c.writer.begin();
    Bhs.init(out, out.position(), opcode);
    Bhs.setItt(out, out.position(), itt);
    c.sequence(out, out.position(), true);
    c.writer.endWithBytes(data, 0, data.length);
  }

  @ParameterizedTest
  @MethodSource("lies")
  void aLieEndsTheConnectionWithItsReasonAndNothingElse(
      String expected, BiConsumer<Connection, Pdu> script) {
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND && target.connections == 1) {
            script.accept(target.current, pdu);
            return true;
          }
          return false;
        };
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit().done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(fixture.events).hasSize(2);
    assertThat(fixture.events.get(1)).startsWith("down: ").containsIgnoringCase(expected);
    fixture.await(() -> fixture.session.isUp(), 1000, "return");
    fixture.read(0, 512).submit().good();
    assertThat(target.isids).containsExactly(SessionFixture.ISID, SessionFixture.ISID);
    assertThat(target.tsihs).containsExactly(0, 0);
  }

  @ParameterizedTest
  @CsvSource({
    // R2TSN, offset, length
    "0, 0, 1025, asks for 1025 bytes",
    "0, 512, 1024, from 512 of 1024",
    "0, 1, 1023, expected from 0",
    "0, 0, 0, asks for 0 bytes",
    "1, 0, 512, R2TSN 1",
    "0, -1, 512, from 4294967295",
  })
  void r2tForWhatIsNotThereEndsTheConnection(int sn, int offset, int length, String expected) {
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(8, 1 << 20, 8192, 65536, 512, 1, true, false, 0));
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            target.current.r2t(pdu.itt(), 5, sn, offset, length);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = fixture.write(0, 1024).submit().done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(fixture.events.get(1)).contains(expected);
  }

  @Test
  void secondR2tForTheSameBytesEndsTheConnection() {
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(8, 1 << 20, 8192, 65536, 512, 1, true, false, 0));
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            target.current.r2t(pdu.itt(), 5, 0, 0, 512);
            target.current.r2t(pdu.itt(), 5, 1, 0, 512);
          }
          return true;
        };
    fixture.up();
    fixture.write(0, 1024).submit().done();
    assertThat(fixture.events.get(1)).contains("asks for 512 bytes from 0 of 1024");
  }

  @Test
  void targetFailureFailsTheCommandAlone() {
    target.script =
        pdu -> {
          ByteBuffer out = target.current.writer.begin();
          ScsiResponsePdu.init(out, out.position(), 0, ScsiResponsePdu.TARGET_FAILURE, 0);
          Bhs.setItt(out, out.position(), pdu.itt());
          target.current.sequence(out, out.position(), true);
          target.current.writer.end();
          return true;
        };
    fixture.up();
    assertThat(fixture.read(0, 512).submit().done().command.hostByte())
        .isEqualTo(HostByte.DID_ERROR);
    assertThat(fixture.session.isUp()).isTrue();
  }

  @Test
  void rejectFailsTheCommandThatItNames() {
    target.script =
        pdu -> {
          if (pdu.opcode() != Opcode.SCSI_COMMAND || pdu.lba() != 1) {
            return false;
          }
          ByteBuffer out = target.current.writer.begin();
          RejectPdu.init(out, out.position(), RejectPdu.INVALID_PDU_FIELD);
          target.current.sequence(out, out.position(), true);
          target.current.writer.endWithBytes(pdu.header().array(), 0, 48);
          return true;
        };
    fixture.up();
    SessionFixture.Io other = fixture.read(0, 512).submit();
    SessionFixture.Io io = fixture.read(1, 512).submit();
    assertThat(io.done().command.hostByte()).isEqualTo(HostByte.DID_ERROR);
    other.good();
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void blackHoleIsFoundWithinOneSecond() {
    fixture.up();
    fixture.runFor(20_000); // idle: pings are answered
    assertThat(fixture.events).containsExactly("up");
    fixture.link.blackHole();
    long start = fixture.nowMillis();
    SessionFixture.Io read = fixture.read(0, 512).submit();
    SessionFixture.Io write = fixture.write(0, 1 << 20).submit();
    read.done();
    write.done();
    assertThat(read.endedMillis - start).isBetween(800L, 1000L);
    assertThat(read.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(write.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(read.command.residual()).isEqualTo(512);
    assertThat(fixture.events.get(1)).contains("no sign of life for");
    fixture.link.heal();
    fixture.await(() -> fixture.session.isUp(), 20_000, "return");
    fixture.read(3, 512).submit().good();
  }

  @Test
  void silenceAmidSteadyLoadIsFoundWithinOneSecondOfTheLastByte() {
    fixture.up();
    for (int i = 0; i < 50; i++) {
      fixture.read(i, 512).submit().good();
      fixture.runFor(17);
    }
    target.silent = true;
    long start = fixture.nowMillis();
    SessionFixture.Io io = fixture.read(0, 512).submit().done();
    assertThat(io.endedMillis - start).isBetween(800L, 1000L);
  }

  @Test
  void slowCommandDoesNotEndAConnectionThatAnswersPings() {
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND;
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit();
    fixture.runFor(30_000);
    assertThat(io.completions).isZero();
    assertThat(fixture.session.isUp()).isTrue();
    assertThat(target.received(Opcode.NOP_OUT).size()).isBetween(60, 76);
  }

  @Test
  void idleBlackHoleIsFoundByTheSlowPing() {
    fixture.up();
    fixture.link.blackHole();
    fixture.await(() -> fixture.events.size() == 2, 6_100, "death");
  }

  @Test
  void pingOfTheTargetIsAnswered() {
    fixture.up();
    fixture.onTarget(() -> target.current.nopIn(Bhs.RESERVED_TAG, 0xABCD, false));
    fixture.await(() -> !target.received(Opcode.NOP_OUT).isEmpty(), 10, "answer");
    ByteBuffer answer = target.received(Opcode.NOP_OUT).getFirst().header();
    assertThat(Bhs.ttt(answer, 0)).isEqualTo(0xABCD);
    assertThat(Bhs.itt(answer, 0)).isEqualTo(Bhs.RESERVED_TAG);
    assertThat(Bhs.isImmediate(answer, 0)).isTrue();
  }

  @Test
  void resetEndsCommandsAtOnce() {
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND && target.connections == 1;
    fixture.up();
    List<SessionFixture.Io> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add((i % 2 == 0 ? fixture.read(i, 4096) : fixture.write(i, 4096)).submit());
    }
    long start = fixture.nowMillis();
    fixture.link.reset();
    for (SessionFixture.Io io : all) {
      io.done();
      assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
      assertThat(io.endedMillis - start).isLessThanOrEqualTo(1);
    }
    assertThat(fixture.session.isUp()).isFalse();
    fixture.await(() -> fixture.session.isUp(), 60, "return");
    fixture.read(1, 512).submit().good();
  }

  @Test
  void commandIsRefusedLaterAndNotInsideTheCallWhileTheTransportIsDown() {
    fixture.link.refuse();
    fixture.start();
    SessionFixture.Io io = fixture.read(0, 512);
    fixture.onLoop(() -> {
      fixture.session.submit(0, io.command);
      assertThat(io.completions).isZero();
    });
    assertThat(io.done().command.hostByte()).isEqualTo(HostByte.DID_NO_CONNECT);
    fixture.await(() -> fixture.firstLogin.isDone(), 10, "first attempt");
    assertThat(fixture.firstLogin).isCompletedExceptionally();
    assertThat(fixture.session.lastFailure()).contains("cannot connect to portal-a:3260");
    fixture.link.heal();
    fixture.await(() -> fixture.session.isUp(), 1000, "up in the end");
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void moreCommandsThanSlotsAreRefused() {
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(2, 1 << 20, 8192, 65536, 512, 1, true, false, 0));
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND;
    fixture.up();
    fixture.read(0, 512).submit();
    fixture.read(0, 512).submit();
    assertThat(fixture.read(0, 512).submit().done().command.hostByte())
        .isEqualTo(HostByte.DID_BUS_BUSY);
  }

  private void answerTaskManagement(Pdu pdu, int response) {
    ByteBuffer out = target.current.writer.begin();
    TaskManagementResponsePdu.init(out, out.position(), response);
    Bhs.setItt(out, out.position(), pdu.itt());
    target.current.sequence(out, out.position(), true);
    target.current.writer.end();
  }

  private void holdCommandsAndAnswerTaskManagement(int response) {
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.TASK_MANAGEMENT_REQUEST) {
            answerTaskManagement(pdu, response);
          }
          return pdu.opcode() != Opcode.NOP_OUT;
        };
  }

  @ParameterizedTest
  @CsvSource({"0,COMPLETE", "1,NO_SUCH_TASK"})
  void abortedCommandHasEndedBeforeTheAnswerIsTold(int response, TaskManagementResult expected) {
    holdCommandsAndAnswerTaskManagement(response);
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit(3L << 48);
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() ->
        fixture.session.abortTask(
            3L << 48,
            io.command,
            result -> {
              assertThat(io.completions).isEqualTo(1);
              results.add(result);
            }));
    fixture.await(() -> !results.isEmpty(), 100, "answer");
    assertThat(results).containsExactly(expected);
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_ABORT);
    ByteBuffer request = target.received(Opcode.TASK_MANAGEMENT_REQUEST).getFirst().header();
    Pdu command = target.received(Opcode.SCSI_COMMAND).getFirst();
    assertThat(TaskManagementRequestPdu.referencedTaskTag(request, 0)).isEqualTo(command.itt());
    assertThat(TaskManagementRequestPdu.refCmdSn(request, 0))
        .isEqualTo(Bhs.cmdSn(command.header(), 0));
    assertThat(Bhs.lun(request, 0)).isEqualTo(3L << 48);
  }

  @ParameterizedTest
  @CsvSource({"2,NO_SUCH_LUN", "5,REJECTED", "255,REJECTED"})
  void abortThatIsNotDoneLeavesTheCommand(int response, TaskManagementResult expected) {
    holdCommandsAndAnswerTaskManagement(response);
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit();
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> fixture.session.abortTask(0, io.command, results::add));
    fixture.await(() -> !results.isEmpty(), 100, "answer");
    assertThat(results).containsExactly(expected);
    assertThat(io.completions).isZero();
  }

  @Test
  void abortOfACommandThatEndsMeanwhileTellsBothOnce() {
    Pdu[] held = new Pdu[1];
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            held[0] = pdu;
          } else if (pdu.opcode() == Opcode.TASK_MANAGEMENT_REQUEST) {
            target.current.serve(held[0]);
            answerTaskManagement(pdu, 1);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit();
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> fixture.session.abortTask(0, io.command, results::add));
    fixture.await(() -> !results.isEmpty(), 100, "answer");
    io.good();
    assertThat(results).containsExactly(TaskManagementResult.NO_SUCH_TASK);
  }

  @Test
  void abortOfACommandThatWaitsForTheWindowNeedsNoTarget() {
    target.window = 1;
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND;
    fixture.up();
    fixture.read(0, 512).submit();
    SessionFixture.Io first = fixture.read(1, 512).submit();
    SessionFixture.Io second = fixture.read(2, 512).submit();
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> fixture.session.abortTask(0, second.command, results::add));
    fixture.await(() -> !results.isEmpty(), 100, "answer");
    assertThat(results).containsExactly(TaskManagementResult.COMPLETE);
    assertThat(second.command.hostByte()).isEqualTo(HostByte.DID_ABORT);
    assertThat(first.completions).isZero();
    assertThat(target.received(Opcode.TASK_MANAGEMENT_REQUEST)).isEmpty();
    SessionFixture.Io third = fixture.read(3, 512).submit();
    target.window = 10;
    fixture.onTarget(() -> target.current.nopIn(Bhs.RESERVED_TAG, Bhs.RESERVED_TAG, false));
    fixture.runFor(10);
    assertThat(target.received(Opcode.SCSI_COMMAND)).extracting(Pdu::lba).containsExactly(0, 1, 3);
    assertThat(third.completions).isZero();
  }

  @Test
  void abortOfAnUnknownCommandOrWithoutTransportIsToldLater() {
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit().good();
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> {
      fixture.session.abortTask(0, io.command, results::add);
      assertThat(results).isEmpty();
    });
    fixture.await(() -> results.size() == 1, 10, "answer");
    fixture.onLoop(() -> {
      fixture.session.reconnect("the test wants it");
      fixture.session.abortTask(0, io.command, results::add);
      fixture.session.resetLogicalUnit(0, results::add);
    });
    fixture.await(() -> results.size() == 3, 10, "answers");
    assertThat(results)
        .containsExactly(
            TaskManagementResult.NO_SUCH_TASK,
            TaskManagementResult.TRANSPORT_LOST,
            TaskManagementResult.TRANSPORT_LOST);
    assertThat(fixture.events).containsExactly("up", "down: the test wants it");
  }

  @Test
  void logicalUnitResetEndsTheCommandsOfThatUnitThatWereThereBefore() {
    holdCommandsAndAnswerTaskManagement(0);
    fixture.up();
    SessionFixture.Io mine = fixture.read(0, 512).submit(1L << 48);
    SessionFixture.Io other = fixture.read(0, 512).submit(2L << 48);
    SessionFixture.Io later = fixture.read(0, 512);
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> {
      fixture.session.resetLogicalUnit(1L << 48, results::add);
      fixture.session.submit(1L << 48, later.command);
    });
    fixture.await(() -> !results.isEmpty(), 100, "answer");
    assertThat(results).containsExactly(TaskManagementResult.COMPLETE);
    assertThat(mine.done().command.hostByte()).isEqualTo(HostByte.DID_RESET);
    assertThat(other.completions).isZero();
    assertThat(later.completions).isZero();
  }

  @Test
  void taskManagementThatIsNeverAnsweredEndsWithTheTransport() {
    target.script = pdu -> pdu.opcode() != Opcode.NOP_OUT;
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512).submit();
    List<TaskManagementResult> results = new ArrayList<>();
    fixture.onLoop(() -> fixture.session.abortTask(0, io.command, results::add));
    fixture.runFor(3000);
    assertThat(results).isEmpty();
    fixture.onLoop(() -> fixture.session.reconnect("abort timed out"));
    assertThat(io.done().command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(results).containsExactly(TaskManagementResult.TRANSPORT_LOST);
  }

  private void asyncMessage(int event, int parameter2, int parameter3, byte[] data) {
    fixture.onTarget(() -> {
      ByteBuffer out = target.current.writer.begin();
      AsyncMessagePdu.init(out, out.position(), event, 0, parameter2, parameter3);
      Bhs.setLun(out, out.position(), 5);
      target.current.sequence(out, out.position(), true);
      target.current.writer.endWithBytes(data, 0, data.length);
    });
  }

  @Test
  void scsiEventIsPassedOn() {
    fixture.up();
    asyncMessage(AsyncMessagePdu.SCSI_EVENT, 0, 0, new byte[] {0, 3, 0x70, 0, 6, 99});
    fixture.await(() -> fixture.events.size() == 2, 10, "event");
    assertThat(fixture.events.get(1)).isEqualTo("async 5 700006");
  }

  @Test
  void logoutIsDoneWhenTheTargetAsksForIt() {
    fixture.up();
    asyncMessage(AsyncMessagePdu.LOGOUT_REQUESTED, 0, 3, new byte[0]);
    fixture.await(() -> fixture.events.size() == 2, 100, "logout");
    assertThat(target.received(Opcode.LOGOUT_REQUEST)).hasSize(1);
    assertThat(fixture.events.get(1)).contains("logged out because the target asked for it");
    fixture.await(() -> fixture.session.isUp(), 1000, "return");
  }

  @ParameterizedTest
  @CsvSource({"2", "3"})
  void announcedDropIsFollowedByTheTimeToWait(int event) {
    fixture.up();
    asyncMessage(event, 2, 10, new byte[0]);
    fixture.await(() -> fixture.events.size() == 2, 100, "drop");
    fixture.runFor(1900);
    assertThat(fixture.session.isUp()).isFalse();
    fixture.await(() -> fixture.session.isUp(), 300, "return");
  }

  @Test
  void negotiationIsBegunWhenTheTargetAsksForIt() {
    fixture.up();
    asyncMessage(AsyncMessagePdu.NEGOTIATION_REQUESTED, 0, 3, new byte[0]);
    fixture.await(() -> !target.received(Opcode.TEXT_REQUEST).isEmpty(), 100, "text request");
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void closeLogsOut() {
    fixture.up();
    fixture.onLoop(fixture.session::close);
    fixture.runFor(10);
    assertThat(target.received(Opcode.LOGOUT_REQUEST)).hasSize(1);
    fixture.runFor(20_000);
    assertThat(target.connections).isEqualTo(1);
    assertThat(fixture.read(0, 512).submit().done().command.hostByte())
        .isEqualTo(HostByte.DID_NO_CONNECT);
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void closeEndsOutstandingCommands() {
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND;
    fixture.up();
    SessionFixture.Io io = fixture.write(0, 4096).submit();
    fixture.onLoop(fixture.session::close);
    assertThat(io.done().command.hostByte()).isEqualTo(HostByte.DID_NO_CONNECT);
    fixture.runFor(5);
    assertThat(target.received(Opcode.LOGOUT_REQUEST)).hasSize(1);
    fixture.runFor(20_000);
    assertThat(target.connections).isEqualTo(1);
  }

  @Test
  void closeWhileDownEndsTheAttempts() {
    fixture.link.refuse();
    fixture.start();
    fixture.runFor(100);
    fixture.onLoop(fixture.session::close);
    fixture.link.heal();
    fixture.runFor(20_000);
    assertThat(target.connections).isZero();
  }

  @Test
  void listenerMayCloseTheSessionWhenItGoesDown() {
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND;
    fixture.up();
    SessionFixture.Io io = fixture.read(0, 512);
    io.command.reset(
        10,
        ended -> {
          io.completions++;
          fixture.session.close();
        });
    io.submit();
    fixture.link.reset();
    io.done();
    fixture.runFor(20_000);
    assertThat(target.connections).isEqualTo(1);
  }

  @Test
  void ownerThatThrowsDoesNotLoseTheCommandsOfOthers() {
    target.script = pdu -> pdu.opcode() == Opcode.SCSI_COMMAND && target.connections == 1;
    fixture.up();
    SessionFixture.Io faulty = fixture.read(0, 512);
    faulty.command.reset(
        10,
        ended -> {
          throw new IllegalStateException("a mistake of the owner");
        });
    faulty.submit();
    SessionFixture.Io other = fixture.read(1, 512).submit();
    fixture.onLoop(() ->
        assertThatThrownBy(() -> fixture.session.reconnect("test"))
            .hasMessage("a mistake of the owner"));
    assertThat(other.done().command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(fixture.events).containsExactly("up", "down: test");
    fixture.await(() -> fixture.session.isUp(), 1000, "return");
  }

  @Test
  void loginAnswerOfUnknownMeaningIsToldWithItsNumber() {
    target.loginScript =
        pdu -> {
          target.current.loginResponse(pdu, 0x0277, 0, 0, 0, List.of(new TextKey("X", "y")));
          return true;
        };
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure()).contains("0x0277");
  }
}
