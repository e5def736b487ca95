package io.multipath4j.array.server;

import static io.multipath4j.array.server.SimulatedArray.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.NopPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.scsi.TaskManagementResult;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of data that are half here when their command ends, or that nobody wants. */
class HalfSentDataTest {

  private static final int ITT = 0x42;

  private final SimulatedArray array = new SimulatedArray(17);

  @AfterEach
  void close() {
    array.close();
  }

  @Test
  void dataOfAnAbortedTaskDoNotLandInTheBufferOfAnother() {
    IscsiSession honest = array.loggedIn(config -> config.withPortal(SimulatedArray.B));
    RawInitiator raw = new RawInitiator(array);
    raw.login(new TextKey("InitialR2T", "Yes"), new TextKey("ImmediateData", "No"));
    raw.pdu(header -> command(raw, header, 0x80, 0, cdb -> {}));
    raw.next(); // power on attention
    raw.pdu(header ->
        command(raw, header, 0x80 | ScsiCommandPdu.WRITE, BLOCK, cdb -> Cdb.write16(cdb, 8, 1, 0)));
    ByteBuffer r2t = raw.next();
    byte[] pdu = new byte[Bhs.BYTES + BLOCK];
    Arrays.fill(pdu, (byte) 0xEE);
    ByteBuffer header = ByteBuffer.wrap(pdu);
    DataOutPdu.init(header, 0, true);
    Bhs.setItt(header, 0, ITT);
    Bhs.setTtt(header, 0, Bhs.ttt(r2t, 0));
    DataOutPdu.setDataSn(header, 0, 0);
    DataOutPdu.setBufferOffset(header, 0, 0);
    Bhs.setDataSegmentLength(header, 0, BLOCK);
    raw.send(Arrays.copyOf(pdu, Bhs.BYTES + 100));
    array.runMillis(1);

    List<TaskManagementResult> reset = new ArrayList<>();
    array.hostLoop.execute(() -> honest.resetLogicalUnit(SimulatedArray.LUN, reset::add));
    array.until(() -> !reset.isEmpty());
    array.command(honest, new byte[0], 6, cdb -> {}); // takes the attention of the reset
    array.portal(1).delay(TimeUnit.MILLISECONDS.toNanos(20));
    byte[] data = SimulatedArray.random(BLOCK, 9);
    SimulatedArray.Pending write = array.submitWrite(honest, 0, data);
    array.runMillis(5);
    raw.send(Arrays.copyOfRange(pdu, Bhs.BYTES + 100, pdu.length));
    array.until(() -> write.done);
    assertThat(write.command.status()).isEqualTo(ScsiStatus.GOOD);
    assertThat(array.stored(0, 1)).isEqualTo(data);
    assertThat(array.stored(8, 1)).containsOnly(0);

    raw.pdu(ping -> {
      NopPdu.initOut(ping, 0, 0x99, Bhs.RESERVED_TAG);
      Bhs.setImmediate(ping, 0);
    });
    assertThat(Bhs.opcode(raw.next(), 0)).isEqualTo(Opcode.NOP_IN.code());
  }

  @Test
  void unwantedDataOfTwoSessionsDoNotSpoilEachOthersDigests() {
    for (var portal : List.of(SimulatedArray.A, SimulatedArray.B)) {
      SimulatedLink link = array.network.link(portal);
      link.pieces(1000);
    }
    List<SimulatedArray.Pending> writes = new ArrayList<>();
    List<IscsiSession> sessions = new ArrayList<>();
    for (var portal : List.of(SimulatedArray.A, SimulatedArray.B)) {
      IscsiSession session =
          array.loggedIn(
              config -> config.withPortal(portal).withDigests(DigestPreference.REQUIRED));
      sessions.add(session);
    }
    int blocks = 64;
    for (IscsiSession session : sessions) {
      // Beyond the end of the disk: refused, and its immediate data are thrown away.
      writes.add(
          array.submitWrite(
              session, 1 << 20, SimulatedArray.random(blocks * BLOCK, writes.size())));
    }
    array.until(() -> writes.stream().allMatch(write -> write.done));
    for (SimulatedArray.Pending write : writes) {
      assertThat(write.command.status())
          .as("%s", write.command.hostByte())
          .isEqualTo(ScsiStatus.CHECK_CONDITION);
    }
  }

  private static void command(
      RawInitiator raw,
      ByteBuffer header,
      int flags,
      int length,
      java.util.function.Consumer<byte[]> cdb) {
    byte[] bytes = new byte[16];
    cdb.accept(bytes);
    ScsiCommandPdu.init(header, 0, flags);
    Bhs.setLun(header, 0, Lun.of(1));
    Bhs.setItt(header, 0, ITT);
    Bhs.setCmdSn(header, 0, raw.cmdSn++);
    ScsiCommandPdu.setExpectedDataTransferLength(header, 0, length);
    ScsiCommandPdu.setCdb(header, 0, bytes, 16);
  }
}
