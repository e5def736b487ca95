package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.block.DiskGeometry;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiskOperationsTest {

  private final Rig rig = new Rig();
  private final ScsiDisk disk = new ScsiDisk("sda", rig.device);

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  @Test
  void geometryIsThatOfALargeDisk() {
    assertThat(disk.operations().geometry())
        .isCompletedWithValue(new DiskGeometry(255, 63, (1 << 20) / (255 * 63), 0));
  }

  // ---- ids --------------------------------------------------------------------------------------

  private Optional<String> id(BlockUniqueId.Kind kind, Designator... designators) {
    return UnitIds.find(new DeviceIdentification(List.of(designators)), kind)
        .map(BlockUniqueId::hex);
  }

  private static Designator eui(int bytes, int fill) {
    byte[] id = new byte[bytes];
    Arrays.fill(id, (byte) fill);
    return Designator.eui64(id);
  }

  @Test
  void theIdIsTheOneThatTheDeviceTold() {
    assertThat(disk.operations().uniqueId(BlockUniqueId.Kind.NAA))
        .isCompletedWithValue(
            Optional.of(new BlockUniqueId(BlockUniqueId.Kind.NAA, EmulatedUnit.NAA)));
    assertThat(disk.operations().uniqueId(BlockUniqueId.Kind.EUI64))
        .isCompletedWithValue(Optional.empty());
  }

  @Test
  void sixteenBytesEndTheSearchAndElseTheLastOneCounts() {
    BlockUniqueId.Kind kind = BlockUniqueId.Kind.EUI64;
    assertThat(id(kind, eui(8, 1), eui(16, 2), eui(16, 3), eui(8, 4))).hasValue("02".repeat(16));
    assertThat(id(kind, eui(12, 1), eui(8, 2))).hasValue("02".repeat(8));
    assertThat(UnitIds.find(null, kind)).isEmpty();
  }

  @Test
  void idsOfOtherLengthsOrThingsDoNotCount() {
    BlockUniqueId.Kind kind = BlockUniqueId.Kind.NAA;
    Designator ofPort =
        new Designator(Association.TARGET_PORT, Designator.NAA, Designator.BINARY, new byte[8]);
    Designator odd = Designator.naa(new byte[9]);
    assertThat(id(kind, ofPort, odd, eui(8, 1))).isEmpty();
    assertThat(id(BlockUniqueId.Kind.T10, Designator.t10VendorId("ACME", "long".repeat(4))))
        .as("24 bytes")
        .isEmpty();
    assertThat(id(BlockUniqueId.Kind.T10, Designator.t10VendorId("ACME", "12345678")))
        .hasValue(
            HexFormat.of()
                .formatHex(
                    "ACME    12345678".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  // ---- reservations -----------------------------------------------------------------------------

  private PersistentReservations reservations() {
    return disk.operations().reservations().orElseThrow();
  }

  private String cdb() {
    rig.loop.run();
    ScsiCommand command = rig.transport.oldest();
    return HexFormat.of().formatHex(command.cdb(), 0, command.cdbLength());
  }

  private void good() {
    rig.transport.good(rig.transport.oldest());
    rig.loop.run();
  }

  private BlockOperationException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (BlockOperationException) future.exceptionNow();
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeHasItsCode(PersistentReservations.Type type) {
    ReservationType wire = DiskReservations.wire(type);
    assertThat(wire.name())
        .startsWith(type.name().replace("REGS", "REG").replace("REG_ONLY", "REG"));
    assertThat(DiskReservations.type(wire)).isEqualTo(type);
  }

  @Test
  void changesBecomeCommands() {
    CompletableFuture<Void> register = reservations().register(1, 2, false, true);
    assertThat(cdb()).startsWith("5f00");
    good();
    assertThat(register).isCompleted();
    CompletableFuture<Void> ignore = reservations().register(0, 2, true, false);
    assertThat(cdb()).startsWith("5f06");
    good();
    assertThat(ignore).isCompleted();
    CompletableFuture<Void> reserve =
        reservations().reserve(2, PersistentReservations.Type.EXCLUSIVE_ACCESS_ALL_REGS);
    assertThat(cdb()).startsWith("5f0108");
    good();
    assertThat(reserve).isCompleted();
    CompletableFuture<Void> preempt =
        reservations().preempt(2, 3, PersistentReservations.Type.WRITE_EXCLUSIVE_REG_ONLY, true);
    assertThat(cdb()).startsWith("5f0505");
    good();
    assertThat(preempt).isCompleted();
    CompletableFuture<Void> release =
        reservations().release(2, PersistentReservations.Type.WRITE_EXCLUSIVE);
    assertThat(cdb()).startsWith("5f0201");
    good();
    assertThat(release).isCompleted();
    CompletableFuture<Void> clear = reservations().clear(2);
    assertThat(cdb()).startsWith("5f03");
    good();
    assertThat(clear).isCompleted();
  }

  @Test
  void repliesBecomeAnswers() {
    CompletableFuture<PersistentReservations.Keys> keys = reservations().readKeys();
    reply(new ReservationKeys(4, List.of(1L, 2L)).encode());
    assertThat(keys).isCompletedWithValue(new PersistentReservations.Keys(4, List.of(1L, 2L)));
    CompletableFuture<Optional<PersistentReservations.Reservation>> none =
        reservations().readReservation();
    reply(new ReservationStatus(4, 0, null).encode());
    assertThat(none).isCompletedWithValue(Optional.empty());
    CompletableFuture<Optional<PersistentReservations.Reservation>> held =
        reservations().readReservation();
    reply(new ReservationStatus(4, 7, ReservationType.EXCLUSIVE_ACCESS).encode());
    assertThat(held)
        .isCompletedWithValue(
            Optional.of(
                new PersistentReservations.Reservation(
                    4, 7, PersistentReservations.Type.EXCLUSIVE_ACCESS)));
  }

  private void reply(byte[] data) {
    rig.loop.run();
    ScsiCommand command = rig.transport.oldest();
    rig.transport.outstanding.remove(command);
    ScriptedTransport.answerData(command, data);
    rig.loop.run();
  }

  @Test
  void failuresAreTheOnesOfTheBlockLayer() {
    CompletableFuture<Void> conflict =
        reservations().reserve(1, PersistentReservations.Type.WRITE_EXCLUSIVE);
    rig.loop.run();
    rig.transport.status(rig.transport.oldest(), ScsiStatus.RESERVATION_CONFLICT, 0);
    assertThat(failure(conflict).errnoName()).isEqualTo("EBADE");
    assertThat(refused(0x052000)).isEqualTo(BlockStatus.NOTSUPP);
    assertThat(refused(0x052400)).isEqualTo(BlockStatus.NOTSUPP);
    assertThat(refused(0x052602)).isEqualTo(BlockStatus.INVAL);
    assertThat(refused(0x055504)).isEqualTo(BlockStatus.IOERR);
    CompletableFuture<Void> lost = reservations().clear(1);
    rig.loop.run();
    rig.transport.host(rig.transport.oldest(), HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(failure(lost).status()).isEqualTo(BlockStatus.OUTCOME_UNKNOWN);
    rig.device.setState(DeviceState.OFFLINE);
    assertThat(failure(reservations().readKeys()).errnoName()).isEqualTo("ENODEV");
  }

  private BlockStatus refused(int sense) {
    CompletableFuture<Void> change = reservations().clear(1);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), sense);
    return failure(change).status();
  }
}
