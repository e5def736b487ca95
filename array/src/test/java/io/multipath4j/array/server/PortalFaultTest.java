package io.multipath4j.array.server;

import static io.multipath4j.array.server.SimulatedArray.BLOCK;
import static io.multipath4j.array.server.SimulatedArray.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.lu.Condition;
import io.multipath4j.array.server.SimulatedArray.Pending;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong on demand. */
class PortalFaultTest {

  private final SimulatedArray array = new SimulatedArray(99);

  @AfterEach
  void close() {
    array.close();
  }

  @Test
  void aCutPortalResetsAndRefusesUntilItIsRestored() {
    IscsiSession session = array.loggedIn();
    array.portal(0).inject(CommandFault.drop());
    Pending pending = array.submitRead(session, 0, 1);
    array.runMillis(5);
    array.portal(0).cut();
    array.until(() -> pending.done);
    assertThat(pending.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    array.runMillis(5000);
    assertThat(session.isUp()).isFalse();
    assertThat(session.lastFailure()).contains("refused");
    assertThat(array.portal(0).connectionCount()).isZero();
    array.portal(0).restore();
    array.until(session::isUp);
  }

  @Test
  void resetConnectionsLetsInitiatorsReturnAtOnce() {
    IscsiSession session = array.loggedIn();
    array.portal(0).resetConnections();
    array.until(() -> !session.isUp());
    array.until(session::isUp);
    Pending first = array.submitRead(session, 0, 1);
    array.until(() -> first.done);
    assertThat(Sense.decode(first.command.sense(), first.command.senseLength()))
        .isEqualTo(Condition.I_T_NEXUS_LOSS_OCCURRED);
  }

  @Test
  void aRefusingPortalKeepsItsSessions() {
    IscsiSession session = array.loggedIn();
    array.portal(0).refuse();
    array.runMillis(1);
    array.write(session, 0, random(BLOCK, 1));
    IscsiSession late = array.session(config -> config, 2);
    assertThat(array.start(late).isCompletedExceptionally()).isTrue();
    array.portal(0).restore();
    array.until(late::isUp);
  }

  @Test
  void aBlackHoleAnswersNothingAndExecutesLateWhatWasSentMeanwhile() {
    IscsiSession session = array.loggedIn();
    array.portal(0).blackHole();
    array.runMillis(1);
    byte[] data = random(BLOCK, 2);
    Pending write = array.submitWrite(session, 7, data);
    array.runMillis(300);
    assertThat(write.done).isFalse();
    assertThat(array.stored(7, 1)).containsOnly(0);
    assertThat(array.portal(0).connectionCount()).as("stays open").isEqualTo(1);
    array.portal(0).restore();
    array.until(() -> write.done);
    assertThat(write.command.status()).isEqualTo(ScsiStatus.GOOD);
    assertThat(array.stored(7, 1)).isEqualTo(data);
  }

  @Test
  void anInitiatorFindsABlackHoleAndIsNotLetInBeforeItEnds() {
    IscsiSession session = array.loggedIn();
    array.portal(0).blackHole();
    array.runMillis(1);
    Pending write = array.submitWrite(session, 7, random(BLOCK, 2));
    array.until(() -> write.done);
    assertThat(write.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    array.runMillis(20_000);
    assertThat(session.isUp()).isFalse();
    array.portal(0).restore();
    array.until(session::isUp);
    array.until(() -> array.array.server().sessionCount() == 1);
  }

  @Test
  void delayHoldsEachAnswerBack() {
    IscsiSession session = array.loggedIn();
    array.portal(0).delay(TimeUnit.MILLISECONDS.toNanos(50));
    array.runMillis(1);
    long start = array.network.clock().nanoTime();
    array.write(session, 0, random(BLOCK, 1));
    assertThat(array.network.clock().nanoTime() - start)
        .isBetween(TimeUnit.MILLISECONDS.toNanos(50), TimeUnit.MILLISECONDS.toNanos(52));
    array.portal(0).restore();
    array.runMillis(1);
    long restored = array.network.clock().nanoTime();
    array.write(session, 0, random(BLOCK, 1));
    assertThat(array.network.clock().nanoTime() - restored)
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(2));
  }

  @Test
  void whatWasDelayedIsNotAnsweredIntoABlackHole() {
    IscsiSession session = array.loggedIn();
    array.portal(0).delay(TimeUnit.MILLISECONDS.toNanos(50));
    Pending write = array.submitWrite(session, 0, random(BLOCK, 1));
    array.runMillis(10);
    array.portal(0).blackHole();
    array.runMillis(200);
    assertThat(write.done).isFalse();
    assertThat(array.stored(0, 1)).containsOnly(0);
    array.portal(0).restore();
    array.until(() -> write.done);
    assertThat(write.command.status()).isEqualTo(ScsiStatus.GOOD);
  }

  @Test
  void injectedSenseHitsTheCommandsItWasMeantForAndCountsThem() {
    IscsiSession session = array.loggedIn();
    CommandFault fault =
        CommandFault.sense(Condition.UNRECOVERED_READ_ERROR)
            .onOpcode(Opcode.READ_16)
            .onLun(1)
            .skip(1)
            .times(2);
    array.portal(0).inject(fault);
    array.write(session, 0, random(BLOCK, 1));
    array.read(session, 0, 1);
    for (int i = 0; i < 2; i++) {
      Pending hit = array.submitRead(session, 0, 1);
      array.until(() -> hit.done);
      assertThat(Sense.decode(hit.command.sense(), hit.command.senseLength()))
          .isEqualTo(Condition.UNRECOVERED_READ_ERROR);
    }
    array.read(session, 0, 1);
    assertThat(fault.hits()).isEqualTo(2);
  }

  @Test
  void injectedStatusOfAWriteLeavesTheDiskAlone() {
    IscsiSession session = array.loggedIn();
    array.portal(0).inject(CommandFault.status(ScsiStatus.BUSY).times(1));
    Pending write = array.submitWrite(session, 0, random(300 * BLOCK, 1));
    array.until(() -> write.done);
    assertThat(write.command.status()).isEqualTo(ScsiStatus.BUSY);
    assertThat(array.stored(0, 300)).containsOnly(0);
    array.write(session, 0, random(300 * BLOCK, 1));
  }

  @Test
  void aDroppedAnswerIsOfAWriteThatWasExecuted() {
    IscsiSession session = array.loggedIn();
    array.portal(0).inject(CommandFault.dropAnswer().times(1));
    byte[] data = random(BLOCK, 1);
    Pending write = array.submitWrite(session, 0, data);
    array.runMillis(100);
    assertThat(write.done).isFalse();
    assertThat(array.stored(0, 1)).isEqualTo(data);
    array.write(session, 1, data);
  }

  @Test
  void corruptedDataIsCaughtByTheDigestOrElseByNobody() {
    IscsiSession careless = array.loggedIn();
    array.portal(0).inject(CommandFault.corruptData().onOpcode(Opcode.READ_16).times(1));
    byte[] wrong = new byte[8 * BLOCK];
    wrong[0] = 1;
    assertThat(array.read(careless, 0, 8)).isEqualTo(wrong);
    assertThat(array.read(careless, 0, 8)).as("the disk itself").containsOnly(0);
    IscsiSession careful =
        array.session(config -> config.withDigests(DigestPreference.REQUIRED), 2);
    array.start(careful).join();
    array.portal(0).inject(CommandFault.corruptData().onOpcode(Opcode.INQUIRY).times(1));
    Pending read =
        array.submit(
            careful,
            io.multipath4j.scsi.ScsiCommand.Direction.FROM_DEVICE,
            new byte[96],
            6,
            cdb -> io.multipath4j.scsi.codec.Cdb.inquiry(cdb, 96));
    array.until(() -> read.done);
    assertThat(read.command.hostByte()).isNotEqualTo(HostByte.DID_OK);
  }

  @Test
  void anAbsurdLengthMakesTheInitiatorDropTheSession() {
    IscsiSession session = array.loggedIn();
    array.portal(0).inject(CommandFault.absurdLength().times(1));
    Pending read = array.submitRead(session, 0, 1);
    array.until(() -> read.done);
    assertThat(read.command.hostByte()).isNotEqualTo(HostByte.DID_OK);
    array.until(session::isUp);
  }
}
