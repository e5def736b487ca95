package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Zone;
import io.multipath4j.block.ZoneReport;
import io.multipath4j.block.ZonedModel;
import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import io.multipath4j.scsi.codec.ZonedCharacteristics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host-managed disk of ten zones of 1 MiB, and a last one of 512 KiB. */
class ZonedDiskTest {

  private static final int ZONE = 1 << 20;
  private static final int ZONE_BLOCKS = ZONE / 512;
  private static final long CAPACITY = 10L * ZONE + ZONE / 2;

  private final Rig rig = new Rig();
  private final List<BlockStatus> ends = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(2 * ZONE);
  private ScsiDevice device;
  private ScsiDisk disk;

  @BeforeEach
  void probe() {
    rig.unit.inquiry =
        new StandardInquiry(
            0,
            StandardInquiry.HOST_MANAGED_ZONED,
            false,
            6,
            1,
            false,
            false,
            true,
            "MPATH4J",
            "zoned",
            "0001",
            List.of());
    rig.unit.capacity = Capacity.of(CAPACITY / 512, 512);
    rig.unit.zoned = new ZonedCharacteristics(true, -1, -1, 4);
    rig.unit.zones = report(2, zone(0, ZoneDescriptor.EMPTY, 0));
    device = rig.await(rig.host.probe(Lun.of(2)));
    disk = new ScsiDisk("sdb", device);
  }

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
    assertThat(device.counters().inFlight().value()).isZero();
  }

  private static ZoneDescriptor zone(int index, int condition, long pointer) {
    return new ZoneDescriptor(
        ZoneDescriptor.SEQUENTIAL_WRITE_REQUIRED,
        condition,
        false,
        false,
        index == 10 ? ZONE_BLOCKS / 2 : ZONE_BLOCKS,
        (long) index * ZONE_BLOCKS,
        pointer);
  }

  private static ZoneList report(int same, ZoneDescriptor... zones) {
    return new ZoneList(64L * zones.length, same, CAPACITY / 512 - 1, List.of(zones));
  }

  private void ended(Bio bio) {
    ends.add(bio.status());
  }

  private String cdb() {
    ScsiCommand command = rig.transport.oldest();
    return HexFormat.of().formatHex(command.cdb(), 0, command.cdbLength());
  }

  private void good() {
    rig.transport.good(rig.transport.oldest());
    rig.loop.run();
  }

  private void act(BioOp op, long offset, long length) {
    disk.submit(new Bio().asZoneAction(op, offset, length, this::ended));
    rig.loop.run();
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Test
  void aHostManagedDiskTellsItsZones() {
    assertThat(disk.limits().zoned())
        .isEqualTo(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, ZONE, 4));
    assertThat(rig.unit.seen).contains("ZBC IN");
  }

  @Test
  void aHostAwareDiskIsAnOrdinaryDiskWithZones() {
    rig.unit.inquiry =
        new StandardInquiry(
            0, 0, false, 6, 1, false, false, true, "MPATH4J", "aware", "0001", List.of());
    rig.unit.characteristics = new BlockCharacteristics(1, 0, BlockCharacteristics.HOST_AWARE);
    rig.unit.zoned = null;
    ScsiDisk aware = new ScsiDisk("sdc", rig.await(rig.host.probe(Lun.of(3))));
    assertThat(aware.limits().zoned())
        .isEqualTo(new ZonedModel(ZonedModel.Kind.HOST_AWARE, ZONE, 0));
  }

  @Test
  void zonesThatDifferHaveNoCommonLength() {
    rig.unit.zones = report(0, zone(0, ZoneDescriptor.EMPTY, 0));
    rig.await(device.revalidate());
    assertThat(disk.limits().zoned().zoneBytes()).isZero();
    assertThat(disk.limits().zoned().isZoned()).isTrue();
  }

  @Test
  void aDeviceThatDoesNotReportItsZonesIsZonedNevertheless() {
    rig.unit.unknown.add(0x95);
    rig.await(device.revalidate());
    assertThat(disk.limits().zoned()).isEqualTo(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, 0, 4));
  }

  @Test
  void anOrdinaryDiskHasNoZones() {
    ScsiDisk plain = new ScsiDisk("sda", rig.device);
    assertThat(plain.limits().zoned()).isEqualTo(ZonedModel.NONE);
    plain.submit(new Bio().asZoneAction(BioOp.ZONE_RESET, 0, ZONE, this::ended));
    assertThat(ends).containsExactly(BlockStatus.NOTSUPP);
    assertThat(failure(plain.operations().reportZones(0, 1)).errnoName()).isEqualTo("EOPNOTSUPP");
  }

  // ---- zone actions -----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"ZONE_CLOSE, 01", "ZONE_FINISH, 02", "ZONE_OPEN, 03", "ZONE_RESET, 04"})
  void zoneActionsNameTheFirstBlockOfTheirZone(BioOp op, String serviceAction) {
    act(op, 2L * ZONE, ZONE);
    assertThat(cdb()).isEqualTo("94" + serviceAction + "0000000000001000" + "000000000000");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void allZonesAreResetWithOneCommand() {
    act(BioOp.ZONE_RESET_ALL, 0, CAPACITY);
    assertThat(cdb()).isEqualTo("9404" + "0000000000000000" + "00000000" + "0100");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aZoneActionIsAboutExactlyOneZone() {
    act(BioOp.ZONE_RESET, 512, ZONE);
    act(BioOp.ZONE_RESET, 0, 2L * ZONE);
    act(BioOp.ZONE_RESET, 0, 512);
    act(BioOp.ZONE_OPEN, 10L * ZONE, ZONE);
    act(BioOp.ZONE_RESET_ALL, 0, ZONE);
    assertThat(ends).hasSize(5).containsOnly(BlockStatus.INVAL);
    act(BioOp.ZONE_FINISH, 10L * ZONE, ZONE / 2);
    good();
    assertThat(ends).last().isEqualTo(BlockStatus.OK);
  }

  @Test
  void aRefusedZoneActionDoesNotTurnOtherCommandsOff() {
    act(BioOp.ZONE_OPEN, 0, ZONE);
    rig.transport.sense(rig.transport.oldest(), 0x052400);
    act(BioOp.ZONE_OPEN, 0, ZONE);
    rig.transport.sense(rig.transport.oldest(), 0x07550E);
    assertThat(ends).containsExactly(BlockStatus.TARGET, BlockStatus.ZONE_RESOURCE);
    assertThat(disk.limits().maxWriteZeroesBytes()).isPositive();
  }

  // ---- writes -----------------------------------------------------------------------------------

  @Test
  void piecesOfALongWriteGoOutOneAfterTheOther() {
    disk.submit(new Bio().asWrite(0, ZONE, buffer, 0, 0, this::ended));
    rig.loop.run();
    assertThat(rig.transport.outstanding).hasSize(1);
    assertThat(cdb()).isEqualTo("2a000000000000040000");
    good();
    assertThat(ends).isEmpty();
    assertThat(rig.transport.outstanding).hasSize(1);
    assertThat(cdb()).isEqualTo("2a000000040000040000");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "052104, TARGET",
    "052105, TARGET",
    "072708, TARGET",
    "052C0E, TARGET",
    "07550E, ZONE_RESOURCE",
  })
  void whatTheZoneForbidsIsFinal(String sense, BlockStatus expected) {
    disk.submit(new Bio().asWrite(0, 512, buffer, 0, Bio.FAIL_FAST, this::ended));
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), Integer.parseInt(sense, 16));
    assertThat(ends).containsExactly(expected);
    assertThat(expected.isPathError()).isFalse();
  }

  // ---- a write whose answer was lost ------------------------------------------------------------

  /**
   * Writes one block at the start of zone 1, lets the answer be lost, and refuses the repetition.
   */
  private void writeAgain(long pointer, int sense) {
    buffer.putLong(0, 0x1234_5678_9ABC_DEF0L);
    rig.unit.zones = report(2, zone(1, ZoneDescriptor.IMPLICITLY_OPENED, pointer));
    disk.submit(
        new Bio()
            .asCloneOf(
                new Bio().asWrite(ZONE, 512, buffer, 0, 0, this::ended),
                Bio.FAIL_FAST | Bio.REPEATED,
                this::ended));
    rig.loop.run();
    assertThat(cdb()).startsWith("2a");
    rig.transport.sense(rig.transport.oldest(), sense);
    rig.loop.run();
  }

  private void readsAs(long first) {
    ScsiCommand read = rig.transport.oldest();
    assertThat(cdb()).isEqualTo("8800" + "0000000000000800" + "00000001" + "0000");
    rig.transport.outstanding.remove(read);
    byte[] data = new byte[512];
    ByteBuffer.wrap(data).putLong(0, first);
    ScriptedTransport.answerData(read, data);
    rig.loop.run();
  }

  @ParameterizedTest
  @CsvSource({"052104", "052400"})
  void aRepeatedWriteThatIsThereWasDone(String sense) {
    writeAgain(ZONE_BLOCKS + 1, Integer.parseInt(sense, 16));
    readsAs(0x1234_5678_9ABC_DEF0L);
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aRepeatedWriteWithOtherContentInItsPlaceIsRefused() {
    writeAgain(ZONE_BLOCKS + 8, 0x052104);
    readsAs(1);
    assertThat(ends).containsExactly(BlockStatus.TARGET);
  }

  @Test
  void aRepeatedWriteBeyondThePointerIsRefused() {
    writeAgain(ZONE_BLOCKS, 0x052104);
    assertThat(ends).containsExactly(BlockStatus.TARGET);
  }

  @Test
  void aWriteThatIsHalfThereHasAnUnknownOutcome() {
    rig.unit.zones = report(2, zone(1, ZoneDescriptor.IMPLICITLY_OPENED, ZONE_BLOCKS + 1));
    disk.submit(
        new Bio()
            .asCloneOf(
                new Bio().asWrite(ZONE, 1024, buffer, 0, 0, this::ended),
                Bio.REPEATED,
                this::ended));
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052104);
    rig.loop.run();
    assertThat(ends).containsExactly(BlockStatus.OUTCOME_UNKNOWN);
  }

  @Test
  void aCheckThatTheTransportTookAwayIsForAnotherPath() {
    rig.unit.zones = null;
    disk.submit(
        new Bio()
            .asCloneOf(
                new Bio().asWrite(ZONE, 512, buffer, 0, 0, this::ended),
                Bio.FAIL_FAST | Bio.REPEATED,
                this::ended));
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052104);
    rig.loop.run();
    assertThat(cdb()).startsWith("95");
    rig.transport.drop("gone");
    rig.loop.run();
    assertThat(ends).hasSize(1);
    assertThat(ends.getFirst().isPathError()).isTrue();
    rig.unit.zones = report(2, zone(0, ZoneDescriptor.EMPTY, 0));
    rig.transport.restore();
    rig.loop.run();
  }

  @Test
  void aSamePathRepetitionIsCheckedToo() {
    buffer.putLong(0, 7);
    rig.unit.zones = report(2, zone(1, ZoneDescriptor.FULL, -1));
    disk.submit(new Bio().asWrite(ZONE, 512, buffer, 0, 0, this::ended));
    rig.loop.run();
    rig.transport.host(rig.transport.oldest(), HostByte.DID_ERROR);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052104);
    rig.loop.run();
    readsAs(7);
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aFirstAttemptIsNotInDoubt() {
    disk.submit(new Bio().asWrite(ZONE, 512, buffer, 0, 0, this::ended));
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x062900);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052104);
    assertThat(ends).containsExactly(BlockStatus.TARGET);
  }

  // ---- reports ----------------------------------------------------------------------------------

  private static BlockOperationException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (BlockOperationException) future.exceptionNow();
  }

  @Test
  void zonesAreReportedInBytes() {
    rig.unit.zones =
        report(
            2,
            new ZoneDescriptor(ZoneDescriptor.CONVENTIONAL, 0, false, false, ZONE_BLOCKS, 0, 0),
            zone(1, ZoneDescriptor.IMPLICITLY_OPENED, ZONE_BLOCKS + 8),
            zone(2, ZoneDescriptor.FULL, -1),
            zone(10, ZoneDescriptor.OFFLINE, 77));
    ZoneReport told = rig.await(disk.operations().reportZones(512, 100));
    assertThat(told.zones())
        .containsExactly(
            new Zone(
                0,
                ZONE,
                ZONE,
                Zone.NO_WRITE_POINTER,
                Zone.Type.CONVENTIONAL,
                Zone.Condition.NOT_WRITE_POINTER,
                false,
                false),
            sequential(1, ZONE, ZONE + 4096, Zone.Condition.IMPLICITLY_OPENED),
            sequential(2, ZONE, Zone.NO_WRITE_POINTER, Zone.Condition.FULL),
            sequential(10, ZONE / 2, Zone.NO_WRITE_POINTER, Zone.Condition.OFFLINE));
  }

  private static Zone sequential(int index, long length, long pointer, Zone.Condition condition) {
    return new Zone(
        (long) index * ZONE,
        length,
        length,
        pointer,
        Zone.Type.SEQUENTIAL_WRITE_REQUIRED,
        condition,
        false,
        false);
  }

  @Test
  void aReportIsPartialAndBounded() {
    rig.unit.zones = null;
    CompletableFuture<ZoneReport> one = disk.operations().reportZones(3L * ZONE + 512, 1);
    rig.loop.run();
    assertThat(cdb()).isEqualTo("9500" + "0000000000001801" + "00000080" + "8000");
    good();
    assertThat(one).as("nothing came").isCompletedWithValue(new ZoneReport(List.of()));
    CompletableFuture<ZoneReport> many = disk.operations().reportZones(0, Integer.MAX_VALUE);
    rig.loop.run();
    assertThat(cdb()).isEqualTo("9500" + "0000000000000000" + "00010040" + "8000");
    rig.transport.sense(rig.transport.oldest(), 0x052100);
    assertThat(failure(many).status()).isEqualTo(BlockStatus.TARGET);
  }

  @Test
  void zonesThatCannotBeAreRefused() {
    rig.unit.zones = report(2, zone(0, ZoneDescriptor.EMPTY, ZONE_BLOCKS + 1));
    assertThat(failureOf(disk.operations().reportZones(0, 1))).contains("write pointer at 2049");
    rig.unit.zones = report(2, zone(11, ZoneDescriptor.EMPTY, 11L * ZONE_BLOCKS));
    assertThat(failureOf(disk.operations().reportZones(0, 1))).contains("on a disk of");
    rig.unit.zones = report(2, zone(0, 7, 0));
    assertThat(failureOf(disk.operations().reportZones(0, 1))).contains("condition 7");
  }

  private String failureOf(CompletableFuture<?> future) {
    return rig.failure(future);
  }

  @Test
  void aReportBeyondTheDiskIsInvalid() {
    assertThat(failure(disk.operations().reportZones(CAPACITY, 1)).errnoName()).isEqualTo("EINVAL");
    assertThat(failure(disk.operations().reportZones(-1, 1)).errnoName()).isEqualTo("EINVAL");
    assertThat(failure(disk.operations().reportZones(0, 0)).errnoName()).isEqualTo("EINVAL");
    device.setState(DeviceState.OFFLINE);
    assertThat(failure(disk.operations().reportZones(0, 1)).errnoName()).isEqualTo("ENODEV");
  }

  @Test
  void aFlushThatIsRefusedAfterARepeatedWriteIsNoWriteThatWasDone() {
    rig.unit.mode = new ModeParameters(false, false, true, false);
    rig.await(device.revalidate());
    disk.submit(
        new Bio()
            .asCloneOf(
                new Bio().asWrite(ZONE, 512, buffer, 0, Bio.FUA, this::ended),
                Bio.REPEATED,
                this::ended));
    rig.loop.run();
    good();
    assertThat(cdb()).as("SYNCHRONIZE CACHE").startsWith("35");
    rig.unit.zones = report(2, zone(1, ZoneDescriptor.FULL, -1));
    rig.transport.sense(rig.transport.oldest(), 0x052400);
    rig.loop.run();
    assertThat(ends).as("it is not durable").containsExactly(BlockStatus.TARGET);
  }

  @Test
  void aWriteThatTheDeviceGaveUpMayBeDoneAllTheSame() {
    buffer.putLong(0, 7);
    rig.unit.zones = report(2, zone(1, ZoneDescriptor.FULL, -1));
    disk.submit(new Bio().asWrite(ZONE, 512, buffer, 0, 0, this::ended));
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x0B4700);
    rig.loop.run();
    rig.transport.sense(rig.transport.oldest(), 0x052104);
    rig.loop.run();
    readsAs(7);
    assertThat(ends).containsExactly(BlockStatus.OK);
  }
}
