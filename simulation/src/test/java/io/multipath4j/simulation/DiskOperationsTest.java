package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.lu.ZoneLayout;
import io.multipath4j.array.server.CommandFault;
import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.block.Zone;
import io.multipath4j.block.ZonedModel;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.PassthroughResult;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDisk;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiPassthrough;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import io.multipath4j.scsi.multipath.reservation.KeyStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a multipath disk does beside I/O, and zones, through two real sessions with the array, in
 * turns.
 */
class DiskOperationsTest {

  private static final String TARGET = "iqn.2026-01.example:operations";
  private static final String INITIATOR = "iqn.2026-01.example:initiator";
  private static final int ZONE = 1 << 20;
  private static final int ZONES = 8;

  private final SimulatedNetwork network = new SimulatedNetwork(41);
  private final EventLoop loop = network.newLoop("initiator");
  private final EventLoop arrayLoop = network.newLoop("array");
  private final ScsiMultipath multipath =
      new ScsiMultipath(
          loop,
          ScsiMultipathConfig.forListedPaths(IoPolicies.ROUND_ROBIN, false),
          NumaTopology.SINGLE_NODE,
          event -> {});
  private final EmulatedArray array =
      EmulatedArray.builder(TARGET, new Random(41))
          .lun(1, 512, new MemoryStore(4 << 20, Long.MAX_VALUE))
          .zonedLun(
              2,
              512,
              new MemoryStore((long) ZONES * ZONE, Long.MAX_VALUE),
              new ZoneLayout(ZONE, 1, 3, true))
          .portal(address(0), 1)
          .portal(address(1), 2)
          .build();
  private final List<ScsiHost> hosts = new ArrayList<>();
  private final List<ScsiDevice> devices = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(2 * ZONE);
  private MpathHead<?> disk;
  private MpathHead<?> zoned;

  private static Endpoint address(int path) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal-" + path, 3260));
  }

  @BeforeEach
  void attach() throws IOException {
    array.start(arrayLoop);
    for (int i = 0; i < 2; i++) {
      IscsiSession session =
          new IscsiSession(
              loop,
              IscsiSessionConfig.of(INITIATOR, TARGET, address(i)),
              0x8000_0000_0000L + i,
              new Random(i));
      ScsiHost host = new ScsiHost(i, session, loop, ScsiTimeouts.DEFAULTS);
      await(session.start());
      hosts.add(host);
    }
    disk = join(1);
    zoned = join(2);
  }

  /** Makes a disk of a LUN's paths; notes the devices: two of LUN 1, then two of LUN 2. */
  private MpathHead<?> join(int lun) {
    MpathHead<?> joined = null;
    for (ScsiHost host : hosts) {
      ScsiDevice device = await(host.probe(Lun.of(lun)));
      devices.add(device);
      AddResult added = await(multipath.addDevice(device));
      joined =
          switch (added) {
            case AddResult.NewHead first -> (MpathHead<?>) first.disk();
            case AddResult.JoinedHead second -> (MpathHead<?>) second.disk();
            case AddResult.OrdinaryDisk no -> throw new AssertionError(no.reason());
            case AddResult.NoDisk no -> throw new AssertionError(no.reason());
            case AddResult.Refused no -> throw new AssertionError(no.reason());
          };
    }
    return joined;
  }

  @AfterEach
  void everythingBalances() {
    network.runFor(TimeUnit.SECONDS.toNanos(30));
    for (MpathHead<?> head : List.of(disk, zoned)) {
      assertThat(head.snapshot().inFlight()).isZero();
      assertThat(head.snapshot().parked()).isZero();
      assertThat(head.safetyTimerFirings()).isZero();
    }
    devices.forEach(device -> assertThat(device.counters().inFlight().value()).isZero());
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(network.runUntil(future::isDone, TimeUnit.SECONDS.toNanos(100))).isTrue();
    return future.join();
  }

  private PassthroughResult pass(ScsiPassthrough command) {
    await(disk.operations().ioctl(command, true));
    return command.result();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private BlockStatus run(Bio bio) {
    CompletableFuture<BlockStatus> end = new CompletableFuture<>();
    Bio owned = new Bio().asCloneOf(bio, 0, done -> end.complete(done.status()));
    loop.execute(() -> zoned.submit(owned));
    return await(end);
  }

  private BlockStatus write(long offset, int length, long content) {
    for (int at = 0; at < length; at += 8) {
      buffer.putLong(at, content + at);
    }
    return run(new Bio().asWrite(offset, length, buffer, 0, 0, bio -> {}));
  }

  private Zone zone(int index) {
    return await(zoned.operations().reportZones((long) index * ZONE, 1)).zones().getFirst();
  }

  // ---- passthrough ------------------------------------------------------------------------------

  @Test
  void commandsGoThroughOnePathAfterTheOther() throws MalformedDataException {
    long first = devices.get(0).counters().ioRequests().value();
    long second = devices.get(1).counters().ioRequests().value();
    for (int i = 0; i < 4; i++) {
      PassthroughResult inquiry = pass(ScsiPassthrough.dataIn(hex("120000006000"), 0x60));
      assertThat(inquiry.isGood()).isTrue();
      assertThat(StandardInquiry.decode(inquiry.data()))
          .isEqualTo(devices.getFirst().properties().inquiry());
    }
    assertThat(devices.get(0).counters().ioRequests().value() - first).isEqualTo(2);
    assertThat(devices.get(1).counters().ioRequests().value() - second).isEqualTo(2);
  }

  @Test
  void aCommandsDataArriveAndComeBack() {
    byte[] data = new byte[8192];
    new Random(1).nextBytes(data);
    assertThat(pass(ScsiPassthrough.dataOut(hex("2a000000001000001000"), data)).isGood()).isTrue();
    assertThat(pass(ScsiPassthrough.dataIn(hex("28000000001000001000"), 8192)).data())
        .isEqualTo(data);
  }

  @Test
  void theDevicesSenseIsTheAnswer() {
    PassthroughResult beyond = pass(ScsiPassthrough.dataIn(hex("28007fffffff00000100"), 512));
    assertThat(beyond.status()).isEqualTo(ScsiStatus.CHECK_CONDITION);
    assertThat(beyond.senseCode()).isEqualTo(0x052100);
    assertThat(beyond.sense()[0] & 0x7F).isIn(0x70, 0x72);
    assertThat(beyond.attempts()).isEqualTo(1);
    assertThat(beyond.data()).isEmpty();
  }

  @Test
  void aPathThatIsCutMeansOneAttemptAndAnError() {
    CommandFault lost = CommandFault.dropAnswer().onLun(1).onOpcode(Opcode.WRITE_10);
    array.portals().forEach(portal -> portal.inject(lost));
    ScsiPassthrough command = ScsiPassthrough.dataOut(hex("2a000000000000000100"), new byte[512]);
    CompletableFuture<Void> done = disk.operations().ioctl(command, true);
    assertThat(network.runUntil(() -> lost.hits() == 1, TimeUnit.SECONDS.toNanos(1))).isTrue();
    array.portals().forEach(portal -> network.link(portal.address()).reset());
    await(done);
    assertThat(command.result().hostByte()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    assertThat(command.result().attempts()).isEqualTo(1);
    network.runFor(TimeUnit.SECONDS.toNanos(20));
    assertThat(lost.hits()).as("executions").isEqualTo(1);
  }

  @Test
  void withRetryASafeCommandComesThroughWhenThePathReturns() {
    array
        .portals()
        .forEach(portal -> portal.inject(CommandFault.sense(0x062900).onLun(1).times(1)));
    ScsiPassthrough read = ScsiPassthrough.dataIn(hex("28000000000000000100"), 512).withRetry();
    PassthroughResult result = pass(read);
    assertThat(result.isGood()).isTrue();
    assertThat(result.attempts()).isEqualTo(2);
  }

  @Test
  void reservationsAreRefused() {
    CompletableFuture<Void> in =
        disk.operations().ioctl(ScsiPassthrough.dataIn(hex("5e000000000000000800"), 8), true);
    CompletableFuture<Void> out =
        disk.operations()
            .ioctl(ScsiPassthrough.dataOut(hex("5f000000000000001800"), new byte[24]), true);
    network.runFor(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(failure(in).errnoName()).isEqualTo("EOPNOTSUPP");
    assertThat(failure(out).errnoName()).isEqualTo("EOPNOTSUPP");
  }

  @Test
  void theDiskRefusesItsReservationsByDefaultAndWithEachWordOfThem() {
    PersistentReservations refused = disk.operations().reservations().orElseThrow();
    for (CompletableFuture<?> one :
        List.of(
            refused.register(0, 1, false, false),
            refused.reserve(1, PersistentReservations.Type.WRITE_EXCLUSIVE),
            refused.release(1, PersistentReservations.Type.WRITE_EXCLUSIVE),
            refused.preempt(1, 2, PersistentReservations.Type.WRITE_EXCLUSIVE, true),
            refused.clear(1),
            refused.readKeys(),
            refused.readReservation())) {
      assertThat(failure(one).errnoName()).isEqualTo("EOPNOTSUPP");
    }
  }

  /** As sg_persist on the sg node of a path would. */
  @Test
  void eachPathRefusesThemTooUntilItIsNoPathAnyMore() {
    for (ScsiDevice device : devices.subList(0, 2)) {
      assertThat(failure(throughPath(device, in())).errnoName()).isEqualTo("EOPNOTSUPP");
      assertThat(failure(throughPath(device, out())).errnoName()).isEqualTo("EOPNOTSUPP");
    }
    ScsiDevice freed = devices.get(1);
    multipath.removePath(freed);
    await(throughPath(freed, in()));
  }

  @Test
  void withTheSwitchEachPathMayBeAskedAndNotChanged() {
    ScsiMultipath allowed =
        new ScsiMultipath(
            loop,
            ScsiMultipathConfig.forListedPaths(IoPolicies.ROUND_ROBIN, false),
            NumaTopology.SINGLE_NODE,
            event -> {});
    allowed.allowPersistentReservations(KeyStore.inMemory());
    for (ScsiDevice device : devices.subList(0, 2)) {
      multipath.removePath(device);
      await(allowed.addDevice(device));
      await(throughPath(device, in()));
      assertThat(failure(throughPath(device, out())))
          .hasMessageContaining("PERSISTENT RESERVE OUT is refused on a path");
    }
    assertThat(await(allowed.reservations(0).orElseThrow().readKeys()).keys()).isEmpty();
    devices.subList(0, 2).forEach(allowed::removePath);
    await(multipath.addDevice(devices.get(0)));
  }

  private static ScsiPassthrough in() {
    return ScsiPassthrough.dataIn(hex("5e000000000000000800"), 8);
  }

  private static ScsiPassthrough out() {
    return ScsiPassthrough.dataOut(hex("5f000000000000001800"), new byte[24]);
  }

  private CompletableFuture<Void> throughPath(ScsiDevice device, ScsiPassthrough command) {
    CompletableFuture<Void> ended = new ScsiDisk("path", device).operations().ioctl(command, true);
    network.runFor(TimeUnit.SECONDS.toNanos(1));
    return ended;
  }

  private static BlockOperationException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (BlockOperationException) future.exceptionNow();
  }

  @Test
  void geometryAndIdAreThoseOfAPath() {
    assertThat(await(disk.operations().geometry()).heads()).isEqualTo(255);
    assertThat(await(disk.operations().uniqueId(BlockUniqueId.Kind.NAA)))
        .isPresent()
        .isEqualTo(
            await(disk.devices().getFirst().disk().operations().uniqueId(BlockUniqueId.Kind.NAA)));
  }

  // ---- zones ------------------------------------------------------------------------------------

  @Test
  void aZonedDiskIsAMultipathDisk() {
    assertThat(zoned.limits().zoned())
        .isEqualTo(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, ZONE, 3));
    assertThat(disk.limits().zoned()).isEqualTo(ZonedModel.NONE);
  }

  @Test
  void zonesAreReportedThroughEitherPath() {
    for (int i = 0; i < 2; i++) {
      List<Zone> zones = await(zoned.operations().reportZones(0, 100)).zones();
      assertThat(zones).hasSize(ZONES);
      assertThat(zones.getFirst().type()).isEqualTo(Zone.Type.CONVENTIONAL);
      assertThat(zones.getLast().start()).isEqualTo((ZONES - 1L) * ZONE);
      assertThat(zones).extracting(Zone::length).containsOnly((long) ZONE);
    }
  }

  @Test
  void zonesAreWrittenInOrderAndResetAgain() {
    long start = 2L * ZONE;
    assertThat(write(start, 4096, 1)).isEqualTo(BlockStatus.OK);
    assertThat(write(start, 4096, 1)).as("the pointer moved").isEqualTo(BlockStatus.TARGET);
    assertThat(write(start + 4096, 4096, 2)).isEqualTo(BlockStatus.OK);
    assertThat(zone(2).writePointer()).isEqualTo(start + 8192);
    assertThat(act(BioOp.ZONE_FINISH, 2)).isEqualTo(BlockStatus.OK);
    assertThat(zone(2).condition()).isEqualTo(Zone.Condition.FULL);
    assertThat(act(BioOp.ZONE_RESET, 2)).isEqualTo(BlockStatus.OK);
    assertThat(zone(2).condition()).isEqualTo(Zone.Condition.EMPTY);
    for (int zone = 1; zone <= 3; zone++) {
      assertThat(act(BioOp.ZONE_OPEN, zone)).isEqualTo(BlockStatus.OK);
    }
    assertThat(act(BioOp.ZONE_OPEN, 4)).as("three at a time").isEqualTo(BlockStatus.ZONE_RESOURCE);
    assertThat(act(BioOp.ZONE_CLOSE, 3)).isEqualTo(BlockStatus.OK);
    assertThat(run(new Bio().asZoneAction(BioOp.ZONE_RESET_ALL, 0, (long) ZONES * ZONE, b -> {})))
        .isEqualTo(BlockStatus.OK);
    assertThat(zone(1).condition()).isEqualTo(Zone.Condition.EMPTY);
    assertThat(zoned.snapshot().failovers()).isZero();
  }

  private BlockStatus act(BioOp op, int zone) {
    return run(new Bio().asZoneAction(op, (long) zone * ZONE, ZONE, bio -> {}));
  }

  @Test
  void aLongWriteIsInOrderThroughTwoPaths() {
    assertThat(write(3L * ZONE, ZONE, 3)).isEqualTo(BlockStatus.OK);
    assertThat(zone(3).condition()).isEqualTo(Zone.Condition.FULL);
  }

  @Test
  void aWriteWhoseAnswerWasLostIsDoneWhenItIsThere() {
    CommandFault lost = loseTheAnswerOfAWrite();
    assertThat(writeAndLose(4L * ZONE, 65_536, lost)).isEqualTo(BlockStatus.OK);
    assertThat(zone(4).writePointer()).as("written once").isEqualTo(4L * ZONE + 65_536);
    assertThat(zoned.snapshot().failovers()).isPositive();
    assertThat(write(4L * ZONE + 65_536, 512, 5)).isEqualTo(BlockStatus.OK);
  }

  @Test
  void aWriteThatFilledItsZoneIsDoneToo() {
    long last = 5L * ZONE + ZONE - 65_536;
    assertThat(write(5L * ZONE, ZONE - 65_536, 6)).isEqualTo(BlockStatus.OK);
    CommandFault lost = loseTheAnswerOfAWrite();
    assertThat(writeAndLose(last, 65_536, lost)).isEqualTo(BlockStatus.OK);
    assertThat(zone(5).condition()).isEqualTo(Zone.Condition.FULL);
  }

  @Test
  void aWriteThatNeverArrivedIsWrittenThroughTheOtherPath() {
    CommandFault lost = CommandFault.drop().onLun(2).onOpcode(Opcode.WRITE_10).times(1);
    array.portals().forEach(portal -> portal.inject(lost));
    assertThat(writeAndLose(6L * ZONE, 65_536, lost)).isEqualTo(BlockStatus.OK);
    assertThat(zone(6).writePointer()).isEqualTo(6L * ZONE + 65_536);
  }

  private CommandFault loseTheAnswerOfAWrite() {
    CommandFault lost = CommandFault.dropAnswer().onLun(2).onOpcode(Opcode.WRITE_10).times(1);
    array.portals().forEach(portal -> portal.inject(lost));
    return lost;
  }

  /** Writes, and resets the connections that do not answer as soon as the array has the command. */
  private BlockStatus writeAndLose(long offset, int length, CommandFault lost) {
    for (int at = 0; at < length; at += 8) {
      buffer.putLong(at, offset + at);
    }
    CompletableFuture<BlockStatus> end = new CompletableFuture<>();
    loop.execute(() ->
        zoned.submit(
            new Bio().asWrite(offset, length, buffer, 0, 0, done -> end.complete(done.status()))));
    assertThat(network.runUntil(() -> lost.hits() == 1, TimeUnit.SECONDS.toNanos(1))).isTrue();
    network.runFor(TimeUnit.MILLISECONDS.toNanos(1));
    array.portals().forEach(portal -> network.link(portal.address()).reset());
    return await(end);
  }
}
