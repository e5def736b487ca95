package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.ScriptedTarget.Pdu;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.pdu.AsyncMessagePdu;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.scsi.HostByte;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that answer what was not done, flood, or flap. */
class HostileTargetTest {

  private final SessionFixture fixture = new SessionFixture();
  private final ScriptedTarget target = fixture.target;

  private void limits(int firstBurst, boolean initialR2T, boolean immediate) {
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(
                256, 1 << 20, 8192, 1 << 20, firstBurst, 1, initialR2T, immediate, 4));
  }

  @Test
  void writeWhoseDataWereNotAllAskedForIsNotComplete() {
    limits(512, true, true);
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            target.current.response(pdu.itt(), 0, 0, 0, new byte[0]);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = fixture.write(0, 4096).submit().good();
    assertThat(io.command.residual()).isEqualTo(4096 - 512);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dataInWithoutDataForACommandThatDoesNotReadEndsTheConnection(boolean write) {
    limits(512, true, false);
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            int flags = 0x80 | DataInPdu.STATUS;
            target.current.dataIn(pdu.itt(), 0, 0, new byte[0], flags, 0);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = write ? fixture.write(0, 4096) : fixture.testUnitReady();
    io.submit().done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(fixture.events.get(1)).contains("for a command that does not read");
  }

  @Test
  void noCommandFollowsTheLogoutThatTheTargetAskedFor() {
    target.window = 1;
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.LOGOUT_REQUEST) {
            target.window = 64;
            target.current.nopIn(Bhs.RESERVED_TAG, Bhs.RESERVED_TAG, false);
          }
          return pdu.opcode() != Opcode.NOP_OUT && target.connections == 1;
        };
    fixture.up();
    fixture.read(0, 512).submit();
    SessionFixture.Io waiting = fixture.read(1, 512).submit();
    fixture.onTarget(() -> {
      ByteBuffer out = target.current.writer.begin();
      AsyncMessagePdu.init(out, out.position(), AsyncMessagePdu.LOGOUT_REQUESTED, 0, 0, 1);
      target.current.sequence(out, out.position(), true);
      target.current.writer.end();
    });
    waiting.done();
    assertThat(waiting.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(target.received(Opcode.SCSI_COMMAND)).extracting(Pdu::lba).containsExactly(0);
  }

  @Test
  void sessionThatIsClosedWhenItsFirstLoginFailsStaysClosed() {
    fixture.link.refuse();
    fixture.start();
    CompletableFuture<Void> closed =
        fixture.firstLogin.whenComplete((ok, failure) -> fixture.session.close());
    fixture.await(closed::isDone, 1000, "failure");
    fixture.link.heal();
    fixture.runFor(20_000);
    assertThat(target.connections).isZero();
  }

  @Test
  void keysThatNeedMoreAnswersThanALoginRequestHoldsEndTheLogin() {
    List<TextKey> flood = Collections.nCopies(2000, new TextKey("X", ""));
    int[] parts = new int[1];
    target.loginScript =
        pdu -> {
          boolean more = parts[0]++ < 4;
          target.current.loginResponse(pdu, 0, more ? LoginRequestPdu.CONTINUE : 0, 0, 0, flood);
          return true;
        };
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 1000, "end of the login");
    assertThat(fixture.session.lastFailure()).contains("protocol error").contains("keys");
  }

  @Test
  void floodOfPingsThatAreNotReadIsNotAnsweredForEver() {
    fixture.up();
    fixture.onTarget(() -> {
      target.current.stream.setReading(false);
      for (int i = 0; i < 100_000; i++) {
        target.current.nopIn(Bhs.RESERVED_TAG, i, false);
      }
    });
    fixture.await(() -> fixture.events.size() == 2, 900, "end of the connection");
    assertThat(fixture.events.get(1)).contains("pings").contains("does not take the answers");
  }

  @Test
  void targetThatEndsEachSessionAtOnceIsNotAskedFasterAndFaster() {
    target.script = pdu -> true;
    fixture.start();
    for (int i = 0; i < 100; i++) {
      fixture.runFor(100);
      fixture.onTarget(() -> {
        if (target.current != null && target.current.fullFeature) {
          target.current.stream.reset();
        }
      });
    }
    assertThat(target.connections).isLessThan(20);
    target.script = pdu -> false;
    fixture.await(() -> fixture.session.isUp(), 6000, "return");
  }

  @Test
  void rejectOfDataLeavesTheCommandToItsResponse() {
    limits(512, true, false);
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            target.current.r2t(pdu.itt(), 5, 0, 0, 512);
          } else if (pdu.opcode() == Opcode.DATA_OUT) {
            ByteBuffer out = target.current.writer.begin();
            RejectPdu.init(out, out.position(), RejectPdu.DATA_DIGEST_ERROR);
            target.current.sequence(out, out.position(), true);
            target.current.writer.endWithBytes(pdu.header().array(), 0, 48);
            byte[] sense = {0x70, 0, 0x0B, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x47, 0x05, 0, 0, 0, 0};
            target.current.response(pdu.itt(), 2, 0, 0, sense);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = fixture.write(0, 512).submit().done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_OK);
    assertThat(io.command.status()).isEqualTo(2);
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void targetThatStopsReadingWritesIsFoundWithinOneSecond() {
    fixture.link.window(16 * 1024);
    fixture.up();
    fixture.onTarget(() -> target.current.stream.setReading(false));
    long start = fixture.nowMillis();
    List<SessionFixture.Io> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(fixture.write(0, 1 << 20).submit());
    }
    for (SessionFixture.Io write : writes) {
      write.done();
      assertThat(write.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
      assertThat(write.endedMillis - start).isBetween(800L, 1000L);
    }
  }

  @Test
  void secondAnswerToACommandDoesNotEndTheNextOneInItsSlot() {
    int[] first = new int[1];
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND && first[0] == 0) {
            first[0] = pdu.itt();
            return false;
          }
          target.current.response(first[0], 0, 0, 0, new byte[0]);
          return true;
        };
    fixture.up();
    fixture.testUnitReady().submit().good();
    SessionFixture.Io next = fixture.testUnitReady().submit().done();
    assertThat(next.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(fixture.events.get(1)).contains("not the tag of an outstanding command");
  }

  @Test
  void commandNumbersGoOnBehindTheirLargest() {
    CommandWindow window = new CommandWindow(-2);
    ByteBuffer header = ByteBuffer.allocate(Bhs.BYTES);
    update(window, header, -2, 1);
    assertThat(List.of(window.take(), window.take(), window.take())).containsExactly(-2, -1, 0);
    update(window, header, -1, -2); // of an older PDU
    assertThat(window.isOpen()).isTrue();
    assertThat(window.take()).isEqualTo(1);
    assertThat(window.isOpen()).isFalse();
    update(window, header, 2, -5); // MaxCmdSN before ExpCmdSN - 1: to be ignored
    assertThat(window.isOpen()).isFalse();
    update(window, header, 2, 2);
    assertThat(window.isOpen()).isTrue();
  }

  private static void update(CommandWindow window, ByteBuffer header, int exp, int max) {
    Bhs.setExpCmdSn(header, 0, exp);
    Bhs.setMaxCmdSn(header, 0, max);
    window.update(header, 0);
  }

  @Test
  void logIsNotFloodedByWhatATargetRejects() {
    UnaskedWork work = new UnaskedWork();
    int lines = 0;
    for (int i = 0; i < 1000; i++) {
      lines += work.mayLog() ? 1 : 0;
    }
    assertThat(lines).isEqualTo(UnaskedWork.MAX_LOG_LINES);
    work.restart();
    assertThat(work.mayLog()).isTrue();
  }

  @Test
  void pingsThatAreBothOutstandingHaveDifferentTags() {
    target.script =
        pdu -> {
          boolean firstPing = target.received(Opcode.NOP_OUT).size() == 1;
          if (pdu.opcode() == Opcode.NOP_OUT && firstPing) { // lives, but is slow to answer pings
            target.current.nopIn(Bhs.RESERVED_TAG, Bhs.RESERVED_TAG, false);
          }
          return true;
        };
    fixture.up();
    fixture.testUnitReady().submit();
    fixture.await(() -> target.received(Opcode.NOP_OUT).size() == 2, 2000, "second ping");
    List<Integer> tags = target.received(Opcode.NOP_OUT).stream().map(Pdu::itt).toList();
    assertThat(tags).doesNotHaveDuplicates();
    fixture.onTarget(() -> {
      target.current.nopIn(tags.get(0), Bhs.RESERVED_TAG, true);
      target.current.nopIn(tags.get(1), Bhs.RESERVED_TAG, true);
    });
    fixture.runFor(10);
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void textOfATargetReachesTerminalsWithoutControlCharacters() {
    String escape = "\u001B[2J\nall is lost";
    assertThatThrownBy(() -> TargetAddress.parse(escape + "x".repeat(9999)))
        .isInstanceOf(IscsiProtocolException.class)
        .message()
        .hasSizeLessThan(500)
        .doesNotContainPattern("\\p{Cntrl}");
    assertThatThrownBy(() ->
            Discovery.targets(List.of(new TextKey("TargetName", "iqn." + escape)), fixture.portal))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("TargetName=iqn.?[2J?all");
    assertThat(new LoginFailedException(escape, true)).hasMessage("?[2J?all is lost");
  }

  @Test
  void addressThatOnlyLooksLikeALiteralStaysUnresolved() {
    assertThat(TargetAddress.parse("999.1.1.1:3260").socketAddress().isUnresolved()).isTrue();
    assertThat(TargetAddress.parse("[fe80::zz]:3260").socketAddress().isUnresolved()).isTrue();
    assertThat(TargetAddress.parse("[::1]:3260").socketAddress().isUnresolved()).isFalse();
    assertThat(TargetAddress.parse("127.0.0.1").socketAddress().isUnresolved()).isFalse();
  }
}
