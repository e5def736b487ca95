package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationFullStatus.Registration;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.TransportId;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceReservationsTest {

  private static final long KEY = 0x1122334455667788L;

  private final Rig rig = new Rig();
  private final DeviceReservations reservations = new DeviceReservations(rig.device);

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  /** Returns CDB and parameter list of the command that is out. */
  private String sent() {
    rig.loop.run();
    ScsiCommand command = rig.transport.oldest();
    String cdb = HexFormat.of().formatHex(command.cdb(), 0, command.cdbLength());
    if (command.direction() != ScsiCommand.Direction.TO_DEVICE) {
      return cdb;
    }
    byte[] list = new byte[command.dataLength()];
    command.data().get(0, list);
    return cdb + " " + HexFormat.of().formatHex(list);
  }

  private void good() {
    rig.transport.good(rig.transport.oldest());
    rig.loop.run();
  }

  private void reply(byte[] data) {
    rig.loop.run();
    ScsiCommand command = rig.transport.oldest();
    rig.transport.outstanding.remove(command);
    ScriptedTransport.answerData(command, data);
    rig.loop.run();
  }

  private BlockStatus status(CompletableFuture<?> future) {
    rig.failure(future);
    return future
        .handle((x, e) -> ((ScsiException) (e.getCause() == null ? e : e.getCause())).status())
        .join();
  }

  private void assertSends(CompletableFuture<Void> change, String cdb, String list) {
    assertThat(sent()).isEqualTo(cdb + " " + list);
    good();
    assertThat(change).isCompleted();
  }

  @Test
  void everyServiceActionHasItsBytes() {
    String key = "1122334455667788";
    String none = "0000000000000000";
    assertSends(
        reservations.register(1, KEY, true),
        "5f000000000000001800",
        "0000000000000001" + key + "0000000001000000");
    assertSends(
        reservations.registerAndIgnoreExisting(KEY, false),
        "5f060000000000001800",
        none + key + none);
    assertSends(
        reservations.reserve(KEY, ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY),
        "5f010600000000001800",
        key + none + none);
    assertSends(
        reservations.release(KEY, ReservationType.WRITE_EXCLUSIVE),
        "5f020100000000001800",
        key + none + none);
    assertSends(reservations.clear(KEY), "5f030000000000001800", key + none + none);
    assertSends(
        reservations.preempt(KEY, 2, ReservationType.EXCLUSIVE_ACCESS, false),
        "5f040300000000001800",
        key + "0000000000000002" + none);
    assertSends(
        reservations.preempt(KEY, 2, ReservationType.EXCLUSIVE_ACCESS, true),
        "5f050300000000001800",
        key + "0000000000000002" + none);
    assertSends(
        reservations.change(
            PersistentReserve.REGISTER,
            null,
            ReservationOutList.of(0, KEY).withAllTargetPorts(true).withPersist(true)),
        "5f000000000000001800",
        none + key + "0000000005000000");
  }

  @Test
  void aUnitAttentionIsNotTheCommandsOwnAnswer() {
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x062A05);
    assertThat(done).isNotDone();
    good();
    assertThat(done).isCompleted();
    assertThat(rig.events).anyMatch(event -> event.contains("registrations preempted"));
  }

  @Test
  void aBusyDeviceIsAskedAgain() {
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    rig.loop.run();
    rig.transport.status(rig.transport.oldest(), ScsiStatus.BUSY, 0);
    rig.loop.advance(1_000);
    good();
    assertThat(done).isCompleted();
  }

  @Test
  void aConflictIsFinal() {
    CompletableFuture<Void> done = reservations.reserve(KEY, ReservationType.WRITE_EXCLUSIVE);
    rig.loop.run();
    rig.transport.status(rig.transport.oldest(), ScsiStatus.RESERVATION_CONFLICT, 0);
    assertThat(status(done)).isEqualTo(BlockStatus.RESV_CONFLICT);
    assertThat(rig.failure(done)).contains("PERSISTENT RESERVE OUT").contains("LUN 1");
  }

  @Test
  void aRefusalIsTheTargets() {
    CompletableFuture<Void> done = reservations.clear(KEY);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052000);
    assertThat(status(done)).isEqualTo(BlockStatus.TARGET);
  }

  @ParameterizedTest
  @EnumSource(
      value = HostByte.class,
      names = {"DID_TRANSPORT_DISRUPTED", "DID_RESET", "DID_ERROR", "DID_NO_CONNECT"})
  void aChangeThatTheTransportTookAwayHasAnUnknownOutcomeAndIsNotRepeated(HostByte hostByte) {
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    rig.loop.run();
    rig.transport.host(rig.transport.oldest(), hostByte);
    assertThat(status(done)).isEqualTo(BlockStatus.OUTCOME_UNKNOWN);
  }

  @Test
  void aChangeWithoutAnAnswerHasAnUnknownOutcome() {
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    assertThat(status(done)).isEqualTo(BlockStatus.OUTCOME_UNKNOWN);
    assertThat(rig.transport.log).contains("abort");
  }

  @Test
  void whatWasNotSentIsNotInDoubt() {
    rig.transport.drop("gone");
    assertThat(status(reservations.register(0, KEY, false))).isEqualTo(BlockStatus.TRANSPORT);
    rig.transport.restore();
    rig.loop.run();
  }

  @Test
  void aLossAfterAUnitAttentionIsNotInDoubtEither() {
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    rig.loop.run();
    rig.transport.up = false;
    rig.transport.sense(rig.transport.oldest(), 0x062900);
    assertThat(status(done)).isEqualTo(BlockStatus.TRANSPORT);
    rig.transport.restore();
    rig.loop.run();
  }

  @Test
  void aPathIsRegisteredWhileItDoesNotRunYet() {
    rig.device.changeState(DeviceState.RUNNING, DeviceState.BLOCKED);
    CompletableFuture<Void> done = reservations.register(0, KEY, false);
    rig.loop.run();
    good();
    assertThat(done).isCompleted();
  }

  @Test
  void listsAreReadWhole() {
    List<Long> keys = LongStream.rangeClosed(1, 500).boxed().toList();
    byte[] all = new ReservationKeys(7, keys).encode();
    CompletableFuture<ReservationKeys> read = reservations.readKeys();
    assertThat(sent()).isEqualTo("5e000000000000040000");
    reply(all);
    assertThat(sent()).isEqualTo("5e000000000000" + "0fa8" + "00");
    reply(all);
    assertThat(read).isCompletedWithValue(new ReservationKeys(7, keys));
  }

  @Test
  void aListThatKeepsGrowingEndsInTheEnd() {
    CompletableFuture<ReservationKeys> read = reservations.readKeys();
    for (int keys = 200; keys <= 800; keys += 200) {
      reply(new ReservationKeys(1, LongStream.rangeClosed(1, keys).boxed().toList()).encode());
    }
    assertThat(rig.failure(read)).contains("grows faster");
  }

  @Test
  void aListBeyondTheFieldIsNotAskedFor() {
    CompletableFuture<ReservationFullStatus> read = reservations.readFullStatus();
    byte[] header = new byte[8];
    header[4] = 0x7F;
    reply(header);
    assertThat(rig.failure(read)).contains("2130706440 bytes");
  }

  @Test
  void reservationFullStatusAndCapabilitiesAreRead() {
    ReservationStatus held = new ReservationStatus(3, KEY, ReservationType.EXCLUSIVE_ACCESS);
    CompletableFuture<ReservationStatus> reservation = reservations.readReservation();
    assertThat(sent()).startsWith("5e01");
    reply(held.encode());
    assertThat(reservation).isCompletedWithValue(held);

    ReservationFullStatus full =
        new ReservationFullStatus(
            3,
            List.of(
                new Registration(
                    KEY,
                    false,
                    ReservationType.EXCLUSIVE_ACCESS,
                    1,
                    TransportId.iscsi("iqn.2026-01.example:host,i,0x400001370001"))));
    CompletableFuture<ReservationFullStatus> status = reservations.readFullStatus();
    assertThat(sent()).startsWith("5e03");
    reply(full.encode());
    assertThat(status).isCompletedWithValue(full);

    ReservationCapabilities can =
        new ReservationCapabilities(
            true, false, true, true, false, 1, Set.of(ReservationType.WRITE_EXCLUSIVE));
    CompletableFuture<ReservationCapabilities> told = reservations.reportCapabilities();
    assertThat(sent()).isEqualTo("5e020000000000000800");
    reply(can.encode());
    assertThat(told).isCompletedWithValue(can);
  }

  @Test
  void aReplyThatMakesNoSenseIsAnError() {
    CompletableFuture<ReservationKeys> read = reservations.readKeys();
    reply(new byte[] {0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3});
    assertThat(status(read)).isEqualTo(BlockStatus.IOERR);
    CompletableFuture<ReservationKeys> cut = reservations.readKeys();
    reply(new byte[] {0, 0});
    assertThat(status(cut)).isEqualTo(BlockStatus.IOERR);
  }
}
