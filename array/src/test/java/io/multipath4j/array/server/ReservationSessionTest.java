package io.multipath4j.array.server;

import static io.multipath4j.array.server.SimulatedArray.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reservations between sessions, in a simulated network. */
class ReservationSessionTest {

  private static final ReservationType TYPE = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;

  @Test
  void aPathThatIsNotRegisteredConflictsThoughItIsOfTheSameHost() {
    try (SimulatedArray array = new SimulatedArray(1)) {
      IscsiSession a = array.loggedIn();
      IscsiSession b = onPortalB(array);
      reserve(array, a);
      array.write(a, 0, new byte[BLOCK]);
      assertThat(write(array, b)).isEqualTo(ScsiStatus.RESERVATION_CONFLICT);
      out(array, b, PersistentReserve.REGISTER, 0, 0xA);
      assertThat(write(array, b)).isEqualTo(ScsiStatus.GOOD);
    }
  }

  @Test
  void preemptAndAbortEndsWhatThePreemptedSessionHasQueued() {
    try (SimulatedArray array = new SimulatedArray(2)) {
      IscsiSession a = array.loggedIn();
      IscsiSession b = onPortalB(array);
      reserve(array, a);
      out(array, b, PersistentReserve.REGISTER, 0, 0xB);
      array.onTarget(() -> array.portal(0).delay(TimeUnit.MILLISECONDS.toNanos(400)));
      byte[] data = SimulatedArray.random(BLOCK, 3);
      SimulatedArray.Pending queued = array.submitWrite(a, 7, data);
      array.runMillis(100);
      out(array, b, PersistentReserve.PREEMPT_AND_ABORT, 0xB, 0xA);
      array.runMillis(500);
      assertThat(a.isUp()).isTrue();
      assertThat(queued.done).as("answered").isFalse();
      assertThat(array.stored(7, 1)).containsOnly(0);
    }
  }

  private static IscsiSession onPortalB(SimulatedArray array) {
    IscsiSession session =
        array.session(
            config ->
                IscsiSessionConfig.of(SimulatedArray.HOST, SimulatedArray.TARGET, SimulatedArray.B),
            1);
    array.start(session).join();
    assertThat(array.command(session, new byte[0], 6, cdb -> {}).status())
        .as("power on attention")
        .isEqualTo(ScsiStatus.CHECK_CONDITION);
    return session;
  }

  private static void reserve(SimulatedArray array, IscsiSession session) {
    out(array, session, PersistentReserve.REGISTER, 0, 0xA);
    out(array, session, PersistentReserve.RESERVE, 0xA, 0);
  }

  private static int write(SimulatedArray array, IscsiSession session) {
    SimulatedArray.Pending pending = array.submitWrite(session, 0, new byte[BLOCK]);
    array.until(() -> pending.done);
    return pending.command.status();
  }

  private static void out(
      SimulatedArray array, IscsiSession session, int action, long key, long actionKey) {
    byte[] list = ReservationOutList.of(key, actionKey).encode();
    ScsiCommand command =
        array.command(
            session,
            list,
            10,
            cdb -> Cdb.persistentReserveOut(cdb, action, TYPE.code(), list.length));
    assertThat(command.status()).isEqualTo(ScsiStatus.GOOD);
  }
}
