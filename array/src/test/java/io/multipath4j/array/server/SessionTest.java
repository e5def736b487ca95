package io.multipath4j.array.server;

import static io.multipath4j.array.server.SimulatedArray.BLOCK;
import static io.multipath4j.array.server.SimulatedArray.LUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.DiscoveredTarget;
import io.multipath4j.iscsi.Discovery;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiSessionConfig.Authentication;
import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.iscsi.IscsiSessionConfig.Limits;
import io.multipath4j.iscsi.TargetAddress;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.TaskManagementResult;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Initiator sessions of this project against the array, in a simulated network. */
class SessionTest {

  private static final ChapSecret HOST_SECRET = new ChapSecret("host", "host secret 123456");
  private static final ChapSecret ARRAY_SECRET = new ChapSecret("array", "array secret 12345");

  @ParameterizedTest
  @CsvSource({
    // pieces, segment, burst, first burst, initialR2T, immediate, digests
    "0, 262144, 1048576, 262144, false, true, NONE",
    "0, 262144, 1048576, 262144, false, true, REQUIRED",
    "7, 8192, 65536, 65536, false, true, REQUIRED",
    "1000, 8192, 16384, 4096, true, false, NONE",
    "1500, 8192, 65536, 16384, false, false, PREFERRED",
    "3000, 16384, 512, 512, true, true, NONE"
  })
  void whatIsWrittenIsReadBackHoweverItTravels(
      int pieces,
      int segment,
      int burst,
      int firstBurst,
      boolean initialR2T,
      boolean immediate,
      DigestPreference digests) {
    try (SimulatedArray array = new SimulatedArray(pieces)) {
      array.network.link(SimulatedArray.A).pieces(pieces);
      Limits limits =
          new Limits(32, 1 << 20, segment, burst, firstBurst, 1, initialR2T, immediate, 0);
      IscsiSession session =
          array.loggedIn(config -> config.withLimits(limits).withDigests(digests));
      int lba = 3;
      for (int blocks : new int[] {1, 8, 17, 64, 300}) {
        byte[] data = SimulatedArray.random(blocks * BLOCK, blocks);
        array.write(session, lba, data);
        assertThat(array.stored(lba, blocks)).isEqualTo(data);
        assertThat(array.read(session, lba, blocks)).isEqualTo(data);
        lba += blocks;
      }
    }
  }

  @Test
  void manyCommandsAtOnceKeepTheirData() {
    try (SimulatedArray array = new SimulatedArray(42)) {
      array.network.link(SimulatedArray.A).pieces(5000);
      IscsiSession session = array.loggedIn();
      List<SimulatedArray.Pending> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(array.submitWrite(session, i * 8L, SimulatedArray.random(8 * BLOCK, i)));
        if (all.size() % session.canQueue() == 0) {
          array.until(() -> all.stream().allMatch(p -> p.done));
        }
      }
      array.until(() -> all.stream().allMatch(p -> p.done));
      for (int i = 0; i < 200; i++) {
        assertThat(array.read(session, i * 8L, 8)).isEqualTo(SimulatedArray.random(8 * BLOCK, i));
      }
    }
  }

  @Test
  void discoveryListsAllPortalsWithTheirTags() {
    try (SimulatedArray array = new SimulatedArray(1)) {
      CompletableFuture<List<DiscoveredTarget>> targets =
          Discovery.sendTargets(
              array.hostLoop,
              IscsiSessionConfig.of(SimulatedArray.HOST, "", SimulatedArray.A),
              1,
              new Random(1));
      array.until(targets::isDone);
      DiscoveredTarget target = targets.join().getFirst();
      assertThat(target.name()).isEqualTo(SimulatedArray.TARGET);
      assertThat(target.addresses())
          .containsExactly(
              new TargetAddress("portal-a", 3260, 1), new TargetAddress("portal-b", 3260, 2));
    }
  }

  @Test
  void chapLetsInWhoKnowsTheSecretAndNobodyElse() {
    try (SimulatedArray array =
        new SimulatedArray(2, plan -> plan.chap(HOST_SECRET, ARRAY_SECRET))) {
      assertRefused(array, Authentication.NONE, "authentication");
      assertRefused(
          array, Authentication.chap(new ChapSecret("host", "wrong secret 12345")), "authentic");
      assertRefused(
          array, Authentication.chap(new ChapSecret("nobody", "host secret 123456")), "authentic");
      array.loggedIn(config -> config.withAuthentication(Authentication.chap(HOST_SECRET)));
      array.loggedIn(config ->
          config
              .withPortal(SimulatedArray.B)
              .withAuthentication(Authentication.mutualChap(HOST_SECRET, ARRAY_SECRET)));
      assertRefused(
          array,
          Authentication.mutualChap(HOST_SECRET, new ChapSecret("array", "another secret 12")),
          "");
    }
  }

  @Test
  void anUnknownTargetIsRefusedByName() {
    try (SimulatedArray array = new SimulatedArray(3)) {
      IscsiSession session =
          new IscsiSession(
              array.hostLoop,
              IscsiSessionConfig.of(SimulatedArray.HOST, "iqn.other", SimulatedArray.A),
              1,
              new Random(1));
      assertThatThrownBy(() -> array.start(session).join()).hasMessageContaining("no such target");
      close(array, session);
    }
  }

  @Test
  void theSameInitiatorPortReplacesItsOldSessionAndItsTasks() {
    try (SimulatedArray array = new SimulatedArray(4)) {
      IscsiSession old = array.loggedIn();
      array.portal(0).inject(CommandFault.drop().times(1));
      SimulatedArray.Pending lost = array.submitWrite(old, 0, SimulatedArray.random(BLOCK, 1));
      array.runMillis(10);
      IscsiSession successor = array.session(UnaryOperator.identity(), 1);
      array.start(successor).join();
      array.until(() -> lost.done);
      assertThat(lost.command.hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
      close(array, old);
      array.until(() -> array.array.server().sessionCount() == 1);
      assertThat(array.stored(0, 1)).as("the dropped write").containsOnly(0);
    }
  }

  @Test
  void sessionsThroughBothPortalsSeeOneDiskAndTheirOwnPort() {
    try (SimulatedArray array = new SimulatedArray(5)) {
      IscsiSession a = array.loggedIn();
      IscsiSession b = array.loggedIn(config -> config.withPortal(SimulatedArray.B));
      byte[] data = SimulatedArray.random(BLOCK, 5);
      array.write(a, 9, data);
      assertThat(array.read(b, 9, 1)).isEqualTo(data);
      assertThat(array.array.server().sessionCount()).isEqualTo(2);
    }
  }

  @Test
  void errorsComeWithSenseAndResidual() {
    try (SimulatedArray array = new SimulatedArray(6)) {
      IscsiSession session = array.loggedIn();
      ScsiCommand beyond =
          array.command(session, new byte[0], 16, cdb -> Cdb.read16(cdb, 1L << 40, 1, 0));
      assertThat(Sense.decode(beyond.sense(), beyond.senseLength())).isEqualTo(0x05_21_00);
      SimulatedArray.Pending shorter =
          array.submit(
              session,
              ScsiCommand.Direction.FROM_DEVICE,
              new byte[255],
              6,
              cdb -> Cdb.inquiry(cdb, 255));
      array.until(() -> shorter.done);
      assertThat(shorter.command.residual()).isEqualTo(255 - 74);
      SimulatedArray.Pending write =
          array.submit(
              session,
              ScsiCommand.Direction.TO_DEVICE,
              new byte[3 * BLOCK],
              16,
              cdb -> Cdb.write16(cdb, 1L << 40, 3, 0));
      array.until(() -> write.done);
      assertThat(write.command.status()).isEqualTo(ScsiStatus.CHECK_CONDITION);
    }
  }

  @Test
  void abortedTasksAreNotExecutedAndAResetEndsThoseOfAllSessions() {
    try (SimulatedArray array = new SimulatedArray(7)) {
      IscsiSession a = array.loggedIn();
      IscsiSession b = array.loggedIn(config -> config.withPortal(SimulatedArray.B));
      long hour = java.util.concurrent.TimeUnit.HOURS.toNanos(1);
      array.portal(0).inject(CommandFault.delay(hour));
      array.portal(1).inject(CommandFault.delay(hour));
      SimulatedArray.Pending first = array.submitWrite(a, 0, SimulatedArray.random(BLOCK, 1));
      array.runMillis(5);
      List<TaskManagementResult> results = new ArrayList<>();
      array.hostLoop.execute(() -> a.abortTask(LUN, first.command, results::add));
      array.until(() -> results.size() == 1 && first.done);
      assertThat(results).containsExactly(TaskManagementResult.COMPLETE);
      final SimulatedArray.Pending second =
          array.submitWrite(a, 1, SimulatedArray.random(BLOCK, 2));
      array.submitWrite(b, 2, SimulatedArray.random(BLOCK, 3));
      array.runMillis(5);
      array.hostLoop.execute(() -> a.resetLogicalUnit(LUN, results::add));
      array.until(() -> results.size() == 2 && second.done);
      assertThat(results.getLast()).isEqualTo(TaskManagementResult.COMPLETE);
      array.hostLoop.execute(() -> a.resetLogicalUnit(Lun.of(5), results::add));
      array.until(() -> results.size() == 3);
      assertThat(results.getLast()).isEqualTo(TaskManagementResult.NO_SUCH_LUN);
      array.portal(0).restore();
      array.portal(1).restore();
      assertThat(array.stored(0, 3)).as("none was executed").containsOnly(0);
      for (IscsiSession each : List.of(a, b)) {
        ScsiCommand told = array.command(each, new byte[0], 6, cdb -> {});
        assertThat(Sense.decode(told.sense(), told.senseLength())).isEqualTo(0x06_29_03);
      }
    }
  }

  @Test
  void aPortalHasRoomForANamedNumberOfSessions() {
    try (SimulatedArray array = new SimulatedArray(8)) {
      for (int i = 0; i < Portal.MAX_SESSIONS; i++) {
        array.start(array.session(UnaryOperator.identity(), i + 1)).join();
      }
      IscsiSession tooMany = array.session(UnaryOperator.identity(), 1000);
      assertThatThrownBy(() -> array.start(tooMany).join()).hasMessageContaining("resources");
      close(array, tooMany);
    }
  }

  @Test
  void logoutEndsTheSession() {
    try (SimulatedArray array = new SimulatedArray(9)) {
      IscsiSession session = array.loggedIn();
      close(array, session);
      array.until(() -> array.array.server().sessionCount() == 0);
      assertThat(array.portal(0).connectionCount()).isZero();
    }
  }

  @Test
  void theTargetsWishesAreNegotiated() {
    try (SimulatedArray array =
        new SimulatedArray(
            10,
            plan ->
                plan.negotiate(NegotiationKey.IMMEDIATE_DATA, "No")
                    .negotiate(NegotiationKey.INITIAL_R2T, "Yes")
                    .negotiate(NegotiationKey.MAX_BURST_LENGTH, "4096"))) {
      IscsiSession session = array.loggedIn();
      byte[] data = SimulatedArray.random(100 * BLOCK, 10);
      array.write(session, 0, data);
      assertThat(array.read(session, 0, 100)).isEqualTo(data);
    }
  }

  private static void assertRefused(SimulatedArray array, Authentication with, String reason) {
    IscsiSession session = array.session(config -> config.withAuthentication(with), 77);
    assertThatThrownBy(() -> array.start(session).join()).hasMessageContaining(reason);
    close(array, session);
  }

  private static void close(SimulatedArray array, IscsiSession session) {
    array.hostLoop.execute(session::close);
    array.runMillis(1000);
  }
}
