package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.ScriptedTarget.Connection;
import io.multipath4j.iscsi.ScriptedTarget.Pdu;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.scsi.HostByte;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A target that answers nearly right: each command ends once, and the session goes on or returns.
 */
class SessionFuzzTest {

  private static final long SEED = 20261122;
  private static final int ROUNDS = 80;

  private static final Opcode[] ANSWERS = {
    Opcode.SCSI_RESPONSE,
    Opcode.DATA_IN,
    Opcode.DATA_IN,
    Opcode.R2T,
    Opcode.R2T,
    Opcode.NOP_IN,
    Opcode.REJECT,
    Opcode.ASYNC_MESSAGE,
    Opcode.TASK_MANAGEMENT_RESPONSE,
    Opcode.TEXT_RESPONSE,
    Opcode.LOGOUT_RESPONSE,
    Opcode.LOGIN_RESPONSE
  };

  private Random random = new Random(SEED);

  @Test
  void commandsEndOnceWhateverTheTargetAnswers() {
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      answered += oneSession("seed " + (SEED + round));
    }
    assertThat(answered).as("commands that got a status").isGreaterThan(ROUNDS / 10);
  }

  private int oneSession(String seed) {
    SessionFixture fixture = new SessionFixture();
    ScriptedTarget target = fixture.target;
    fixture.config =
        fixture.config.withLimits(
            new IscsiSessionConfig.Limits(16, 1 << 20, 8192, 4096, 512, 1, true, true, 1));
    target.script =
        pdu -> {
          boolean lie = target.connections < 4 && random.nextInt(3) != 0;
          if (lie) {
            answer(target.current, pdu);
          }
          return lie && random.nextBoolean();
        };
    fixture.up();
    List<SessionFixture.Io> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SessionFixture.Io io =
          switch (random.nextInt(3)) {
            case 0 -> fixture.read(i, 512 << random.nextInt(6));
            case 1 -> fixture.write(i, 512 << random.nextInt(6));
            default -> fixture.testUnitReady();
          };
      all.add(io.submit());
    }
    fixture.runFor(500);
    fixture.onLoop(() -> fixture.session.reconnect("enough"));
    fixture.onLoop(() -> fixture.session.close());
    fixture.runFor(1500);
    int answered = 0;
    for (SessionFixture.Io io : all) {
      assertThat(io.completions).as(seed).isEqualTo(1);
      answered += io.command.hostByte() == HostByte.DID_OK ? 1 : 0;
    }
    assertThat(fixture.events.toString()).as(seed).doesNotContain("handler");
    return answered;
  }

  /** Sends one PDU of a target whose fields are right, or not. */
  private void answer(Connection connection, Pdu pdu) {
    ByteBuffer out = connection.writer.begin();
    int at = out.position();
    Opcode opcode = ANSWERS[random.nextInt(ANSWERS.length)];
    Bhs.init(out, at, opcode);
    byte[] wrong = new byte[Bhs.BYTES];
    random.nextBytes(wrong);
    for (int i = 1; i < Bhs.BYTES; i++) {
      boolean length = i >= 4 && i < 8;
      if (random.nextInt(6) == 0 && !length) {
        out.put(at + i, wrong[i]);
      }
    }
    if (random.nextInt(8) != 0) {
      Bhs.setItt(out, at, pdu.itt());
    }
    if (random.nextInt(8) != 0) {
      connection.sequence(out, at, opcode != Opcode.R2T);
    }
    if (random.nextBoolean()) {
      out.putInt(at + 36, 0).putInt(at + 40, 0).putInt(at + 44, 512 * random.nextInt(3));
    }
    byte[] data = new byte[new int[] {0, 0, 2, 48, 512, 600}[random.nextInt(6)]];
    random.nextBytes(data);
    connection.writer.endWithBytes(data, 0, data.length);
  }
}
