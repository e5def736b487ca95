package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.iscsi.ScriptedTarget.Pdu;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands and their data, when all goes well. */
class IscsiSessionDataTest {

  private final SessionFixture fixture = new SessionFixture();
  private final ScriptedTarget target = fixture.target;

  private void limits(int maxBurst, int firstBurst, boolean initialR2T, boolean immediate) {
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(
                256, 1 << 20, 262144, maxBurst, firstBurst, 4, initialR2T, immediate, 4));
  }

  @ParameterizedTest
  @CsvSource({"0,NONE", "0,REQUIRED", "1,NONE", "1,PREFERRED", "13,REQUIRED", "5000,REQUIRED"})
  void dataArriveWholeHoweverTheStreamIsCut(int pieces, DigestPreference digests) {
    fixture.link.pieces(pieces);
    fixture.config = fixture.config.withDigests(digests);
    fixture.up();
    int largest = pieces == 1 ? 4096 : 1 << 20;
    for (int length : new int[] {512, 1536, 4096, 65536, 200 * 512, 1 << 20}) {
      if (length <= largest) {
        SessionFixture.Io write = fixture.write(5, length).fill(length).submit().good();
        assertThat(fixture.onDisk(5, length)).isEqualTo(write.data());
        assertThat(fixture.read(5, length).submit().good().data()).isEqualTo(write.data());
      }
    }
    boolean digest = digests != DigestPreference.NONE;
    assertThat(target.current.parameters.headerDigest()).isEqualTo(digest);
    assertThat(target.current.parameters.dataDigest()).isEqualTo(digest);
    assertThat(fixture.events).containsExactly("up");
  }

  @Test
  void manyCommandsAtATimeEachGetTheirOwnData() {
    fixture.up();
    List<SessionFixture.Io> all = new ArrayList<>();
    fixture.onLoop(() -> {
      for (int i = 0; i < 200; i++) {
        SessionFixture.Io io = fixture.read(i * 8, 4096);
        all.add(io);
        fixture.session.submit(0, io.command);
      }
    });
    for (int i = 0; i < 200; i++) {
      assertThat(all.get(i).good().data()).isEqualTo(fixture.onDisk(i * 8, 4096));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // initialR2T, immediate, length -> immediate bytes, unsolicited Data-Out bytes, F of the
    // command
    "false, true, 4096, 4096, 0, true",
    "false, true, 100352, 65536, 34464, false",
    "false, false, 4096, 0, 4096, false",
    "false, false, 200704, 0, 100000, false",
    "true, true, 4096, 4096, 0, true",
    "true, true, 200704, 65536, 0, true",
    "true, false, 4096, 0, 0, true"
  })
  void writesSendUnaskedWhatWasAgreed(
      boolean initialR2T, boolean immediate, int length, int now, int unasked, boolean f) {
    limits(150_000, 100_000, initialR2T, immediate);
    fixture.up();
    SessionFixture.Io write = fixture.write(0, length).fill(1).submit().good();
    assertThat(fixture.onDisk(0, length)).isEqualTo(write.data());

    Pdu command = target.received(Opcode.SCSI_COMMAND).getFirst();
    assertThat(command.data()).hasSize(now);
    assertThat(Bhs.isFinal(command.header(), 0)).isEqualTo(f);
    assertThat(ScsiCommandPdu.isWrite(command.header(), 0)).isTrue();
    int unsolicited = 0;
    int sn = 0;
    for (Pdu data : target.received(Opcode.DATA_OUT)) {
      assertThat(data.data().length).isLessThanOrEqualTo(65536);
      if (Bhs.ttt(data.header(), 0) == Bhs.RESERVED_TAG) {
        assertThat(DataOutPdu.dataSn(data.header(), 0)).isEqualTo(sn++);
        assertThat(DataOutPdu.bufferOffset(data.header(), 0)).isEqualTo(now + unsolicited);
        unsolicited += data.data().length;
        assertThat(Bhs.isFinal(data.header(), 0)).isEqualTo(unsolicited == unasked);
      }
    }
    assertThat(unsolicited).isEqualTo(unasked);
  }

  @Test
  void eachR2tIsAnsweredByOneSequence() {
    limits(32_768, 512, true, false);
    target.wishes.put(NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH, "8192");
    fixture.up();
    fixture.write(0, 65_536).fill(1).submit().good();
    List<Pdu> data = target.received(Opcode.DATA_OUT);
    assertThat(data).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(DataOutPdu.dataSn(data.get(i).header(), 0)).isEqualTo(i % 4);
      assertThat(Bhs.isFinal(data.get(i).header(), 0)).isEqualTo(i % 4 == 3);
      assertThat(Bhs.ttt(data.get(i).header(), 0)).isEqualTo(77);
    }
  }

  @Test
  void commandsBeyondTheWindowWaitAndGoInOrder() {
    target.window = 3;
    List<Pdu> held = new ArrayList<>();
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            held.add(pdu);
          }
          return pdu.opcode() == Opcode.SCSI_COMMAND;
        };
    fixture.up();
    List<SessionFixture.Io> all = new ArrayList<>();
    fixture.onLoop(() -> {
      for (int i = 0; i < 10; i++) {
        SessionFixture.Io io = fixture.read(i, 512);
        all.add(io);
        fixture.session.submit(0, io.command);
      }
    });
    fixture.runFor(50);
    assertThat(held).hasSize(3);
    target.window = 5;
    fixture.onTarget(() -> target.current.nopIn(Bhs.RESERVED_TAG, Bhs.RESERVED_TAG, false));
    fixture.runFor(50);
    assertThat(held.size()).isEqualTo(8);
    target.window = 64;
    target.script = pdu -> false;
    fixture.onTarget(() -> held.forEach(target.current::serve));
    for (int i = 0; i < 10; i++) {
      assertThat(all.get(i).good().data()).isEqualTo(fixture.onDisk(i, 512));
    }
    List<Pdu> commands = target.received(Opcode.SCSI_COMMAND);
    for (int i = 0; i < 10; i++) {
      assertThat(commands.get(i).lba()).isEqualTo(i);
      assertThat(Bhs.cmdSn(commands.get(i).header(), 0))
          .isEqualTo(Bhs.cmdSn(commands.getFirst().header(), 0) + i);
    }
  }

  @Test
  void statusAndSenseComeWithTheResponse() {
    fixture.up();
    SessionFixture.Io io = fixture.testUnitReady();
    io.command.cdb()[0] = (byte) 0xC0;
    io.submit().done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_OK);
    assertThat(io.command.status()).isEqualTo(2);
    assertThat(io.command.senseLength()).isEqualTo(3);
    assertThat(io.command.sense()[2]).isEqualTo((byte) 5);
  }

  @ParameterizedTest
  @CsvSource({
    // bytes that come, flags, count -> residual
    "512, 0, 0, 0",
    "100, 2, 412, 412",
    "0, 2, 512, 512",
    "100, 0, 0, 412", // a lie: nothing said, less came
    "512, 4, 1000, -1000",
    "512, 4, -1, -2147483647"
  })
  void residualIsWhatDidNotCome(int bytes, int flags, int count, int residual) {
    target.script =
        pdu -> {
          target.current.dataIn(
              pdu.itt(), 0, 0, new byte[bytes], 0x80 | DataInPdu.STATUS | flags, count);
          return true;
        };
    fixture.up();
    assertThat(fixture.read(0, 512).submit().good().command.residual()).isEqualTo(residual);
  }

  @Test
  void residualOfASeparateResponse() {
    target.script =
        pdu -> {
          target.current.dataIn(pdu.itt(), 0, 0, new byte[200], 0x80, 0);
          target.current.response(pdu.itt(), 0, ScsiResponsePdu.UNDERFLOW, 312, new byte[0]);
          return true;
        };
    fixture.up();
    assertThat(fixture.read(0, 512).submit().good().command.residual()).isEqualTo(312);
  }

  @Test
  void longCdbTravelsInAnAdditionalHeader() {
    byte[] seen = new byte[32];
    target.script =
        pdu -> {
          ScsiCommandPdu.cdb(pdu.header(), 0, seen);
          return false;
        };
    fixture.up();
    SessionFixture.Io io = fixture.testUnitReady();
    io.command.reset(32, ended -> io.completions++);
    for (int i = 0; i < 32; i++) {
      io.command.cdb()[i] = (byte) (0x7F - i);
    }
    byte[] sent = io.command.cdb().clone();
    io.submit().done();
    assertThat(seen).isEqualTo(sent);
    assertThat(io.command.status()).isEqualTo(2);
  }

  @Test
  void commandThatIsAnsweredEarlyEndsOnlyWhenItsDataHaveLeft() {
    int length = 1 << 20;
    limits(1 << 20, 512, true, false);
    fixture.link.window(16 * 1024);
    target.script =
        pdu -> {
          if (pdu.opcode() == Opcode.SCSI_COMMAND) {
            target.current.r2t(pdu.itt(), 1, 0, 0, length);
            target.current.response(pdu.itt(), 2, 0, 0, new byte[] {0x70, 0, 3});
            target.current.stream.setReading(false);
          }
          return true;
        };
    fixture.up();
    SessionFixture.Io io = fixture.write(0, length).fill(1).submit();
    fixture.runFor(100);
    assertThat(io.completions).as("ended while the stream refers to the buffer").isZero();
    fixture.onTarget(() -> target.current.stream.setReading(true));
    io.done();
    assertThat(io.command.hostByte()).isEqualTo(HostByte.DID_OK);
    assertThat(io.command.status()).isEqualTo(2);
    assertThat(target.dataOutBytes).isGreaterThan(length - 100_000);
  }

  @Test
  void submittingFromWithinACompletionWorks() {
    fixture.up();
    SessionFixture.Io io = fixture.read(1, 512);
    int[] rounds = new int[1];
    io.command.reset(
        10,
        ended -> {
          rounds[0]++;
          if (rounds[0] < 100) {
            again(io.command, ended, io);
          }
        });
    setUpRead(io.command, io);
    fixture.onLoop(() -> fixture.session.submit(0, io.command));
    fixture.await(() -> rounds[0] == 100, 1000, "100 rounds");
  }

  private void again(ScsiCommand command, ScsiCommand ended, SessionFixture.Io io) {
    ended.clearResult();
    fixture.session.submit(0, command);
    assertThat(io.completions).isZero();
  }

  private static void setUpRead(ScsiCommand command, SessionFixture.Io io) {
    command.cdb()[0] = 0x28;
    command.cdb()[8] = 1;
    command.data(ScsiCommand.Direction.FROM_DEVICE, io.buffer, 0, 512);
  }
}
