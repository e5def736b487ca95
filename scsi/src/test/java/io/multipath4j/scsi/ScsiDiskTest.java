package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.ScsiCommand.Direction;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScsiDiskTest {

  private final Rig rig = new Rig();
  private final List<BlockStatus> ends = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(4 << 20);
  private ScsiDisk disk = new ScsiDisk("sda", rig.device);

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  private void ended(Bio bio) {
    ends.add(bio.status());
  }

  private void submit(Bio bio) {
    disk.submit(bio);
    rig.loop.run();
  }

  private Bio read(long offset, int length) {
    return new Bio().asRead(offset, length, buffer, 0, this::ended);
  }

  private Bio write(long offset, int length, int flags) {
    return new Bio().asWrite(offset, length, buffer, 0, flags, this::ended);
  }

  private String cdb() {
    ScsiCommand command = rig.transport.oldest();
    return HexFormat.of().formatHex(command.cdb(), 0, command.cdbLength());
  }

  private void good() {
    rig.transport.good(rig.transport.oldest());
    rig.loop.run();
  }

  /** Makes the disk anew after the unit was changed. */
  private void revalidate() {
    rig.await(rig.device.revalidate());
  }

  // ---- what goes out ----------------------------------------------------------------------------

  @Test
  void readAndWriteUseTheShortFormWhereItFits() {
    submit(read(4096, 1024));
    assertThat(cdb()).isEqualTo("28000000000800000200");
    assertThat(rig.transport.oldest().direction()).isEqualTo(Direction.FROM_DEVICE);
    assertThat(rig.transport.oldest().data()).isSameAs(buffer);
    assertThat(rig.transport.oldest().dataLength()).isEqualTo(1024);
    good();
    submit(write(512, 512, 0));
    assertThat(cdb()).isEqualTo("2a000000000100000100");
    assertThat(rig.transport.oldest().direction()).isEqualTo(Direction.TO_DEVICE);
    good();
    assertThat(ends).containsExactly(BlockStatus.OK, BlockStatus.OK);
  }

  @Test
  void addressesBeyond32BitsUseTheLongForm() {
    rig.unit.capacity = Capacity.of(1L << 33, 512);
    revalidate();
    submit(read(1L << 41, 512));
    assertThat(cdb()).isEqualTo("88000000000100000000000000010000");
    good();
    submit(write((1L << 41) - 512, 1024, Bio.FUA));
    assertThat(cdb()).as("starts below").isEqualTo("2a08ffffffff00000200");
    good();
    submit(new Bio().asFlush(this::ended));
    assertThat(cdb()).isEqualTo("91000000000000000000000000000000");
    good();
  }

  @Test
  void fuaIsAskedOfTheDeviceThatHasIt() {
    submit(write(0, 512, Bio.FUA));
    assertThat(cdb()).isEqualTo("2a080000000000000100");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void fuaWithoutTheBitIsAWriteAndAFlush() {
    rig.unit.mode = new ModeParameters(false, false, true, false);
    revalidate();
    submit(write(0, 512, Bio.FUA));
    assertThat(cdb()).isEqualTo("2a000000000000000100");
    good();
    assertThat(ends).as("not durable yet").isEmpty();
    assertThat(cdb()).isEqualTo("35000000000000000000");
    rig.transport.sense(rig.transport.oldest(), 0x044400);
    assertThat(ends).as("the flush failed").containsExactly(BlockStatus.TARGET);
  }

  @Test
  void withoutAWriteCacheNothingNeedsFlushing() {
    rig.unit.mode = new ModeParameters(false, true, false, false);
    revalidate();
    submit(new Bio().asFlush(this::ended));
    assertThat(ends).containsExactly(BlockStatus.OK);
    submit(write(0, 512, Bio.FUA));
    assertThat(cdb()).isEqualTo("2a000000000000000100");
    good();
  }

  @Test
  void flushWritesTheWholeCacheBack() {
    submit(new Bio().asFlush(this::ended));
    assertThat(cdb()).isEqualTo("35000000000000000000");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void discardIsUnmap() {
    submit(new Bio().asDiscard(8192, 4096, this::ended));
    assertThat(cdb()).isEqualTo("42000000000000001800");
    byte[] list = new byte[24];
    rig.transport.oldest().data().get(0, list);
    assertThat(HexFormat.of().formatHex(list))
        .isEqualTo("00160010" + "00000000" + "0000000000000010" + "00000008" + "00000000");
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void discardIsWriteSameWithUnmapWhereUnmapIsMissing() {
    rig.unit.provisioning = new Provisioning(0, false, true, false, 1, Provisioning.THIN);
    revalidate();
    submit(new Bio().asDiscard(512, 512, this::ended));
    assertThat(cdb()).isEqualTo("93080000000000000001000000010000");
    good();
    rig.unit.provisioning = new Provisioning(0, false, false, true, 1, Provisioning.THIN);
    revalidate();
    submit(new Bio().asDiscard(512, 512, this::ended));
    assertThat(cdb()).isEqualTo("41080000000100000100");
    good();
  }

  @Test
  void withoutProvisioningThereIsNoDiscard() {
    rig.unit.capacity = Capacity.of(1 << 20, 512);
    revalidate();
    submit(new Bio().asDiscard(512, 512, this::ended));
    assertThat(ends).containsExactly(BlockStatus.NOTSUPP);
    assertThat(disk.limits().maxDiscardBytes()).isZero();
  }

  @Test
  void writeZeroesUnmapsWhereThatReadsAsZeroes() {
    submit(new Bio().asWriteZeroes(512, 1024, 0, this::ended));
    assertThat(cdb()).isEqualTo("93080000000000000001000000020000");
    assertThat(rig.transport.oldest().dataLength()).isEqualTo(512);
    good();
    submit(new Bio().asWriteZeroes(512, 1024, Bio.NO_UNMAP, this::ended));
    assertThat(cdb()).isEqualTo("93000000000000000001000000020000");
    good();
    rig.unit.capacity = new Capacity(0xFFFFF, 512, 3, 0, true, false, false);
    revalidate();
    submit(new Bio().asWriteZeroes(512, 1024, 0, this::ended));
    assertThat(cdb()).as("LBPRZ is 0").isEqualTo("93000000000000000001000000020000");
    good();
  }

  @Test
  void fastZeroesAreRefusedWhenTheDeviceWouldWriteThem() {
    submit(new Bio().asWriteZeroes(512, 1024, Bio.FAST_ONLY | Bio.NO_UNMAP, this::ended));
    assertThat(ends).containsExactly(BlockStatus.NOTSUPP);
    submit(new Bio().asWriteZeroes(512, 1024, Bio.FAST_ONLY, this::ended));
    good();
    assertThat(ends).containsExactly(BlockStatus.NOTSUPP, BlockStatus.OK);
  }

  @Test
  void concurrentWriteSamesHaveBuffersOfTheirOwn() {
    disk.submit(new Bio().asWriteZeroes(0, 512, 0, this::ended));
    submit(new Bio().asWriteZeroes(512, 512, 0, this::ended));
    assertThat(rig.transport.outstanding.get(0).data())
        .isNotSameAs(rig.transport.outstanding.get(1).data());
    good();
    good();
  }

  @Test
  void aDeviceThatPromisedTooMuchIsNotAskedAgain() {
    submit(new Bio().asWriteZeroes(512, 512, 0, this::ended));
    rig.transport.sense(rig.transport.oldest(), 0x052000);
    submit(new Bio().asWriteZeroes(512, 512, 0, this::ended));
    submit(new Bio().asDiscard(512, 512, this::ended));
    rig.transport.sense(rig.transport.oldest(), 0x052400);
    submit(new Bio().asDiscard(512, 512, this::ended));
    assertThat(ends).hasSize(4).containsOnly(BlockStatus.NOTSUPP);
    assertThat(disk.limits().maxWriteZeroesBytes()).isZero();
    assertThat(disk.limits().maxDiscardBytes()).isZero();
  }

  @Test
  void bioBeyondTheLimitsBecomesSeveralCommands() {
    assertThat(disk.limits().maxTransferBytes()).isEqualTo(512 << 10);
    submit(read(0, 1 << 20));
    assertThat(rig.transport.outstanding).hasSize(2);
    good();
    assertThat(ends).isEmpty();
    good();
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  // ---- what does not ----------------------------------------------------------------------------

  @Test
  void badRangesAreInvalid() {
    submit(read(0, 100));
    submit(read(100, 512));
    submit(read(disk.capacityBytes(), 512));
    submit(read(disk.capacityBytes() - 512, 1024));
    submit(read(-512, 512));
    submit(new Bio().asDiscard(512, Long.MAX_VALUE & -512, this::ended));
    assertThat(ends).hasSize(6).containsOnly(BlockStatus.INVAL);
  }

  @Test
  void writeProtectedDiskRefusesWrites() {
    rig.unit.mode = new ModeParameters(true, true, true, false);
    revalidate();
    submit(write(0, 512, 0));
    submit(new Bio().asDiscard(0, 512, this::ended));
    assertThat(ends).containsExactly(BlockStatus.TARGET, BlockStatus.TARGET);
    assertThat(disk.limits().readOnly()).isTrue();
    submit(read(0, 512));
    good();
  }

  @Test
  void aDiskBehindAStandbyPortFailsSoThatAnotherPathIsTried() {
    rig.unit.notReady = 0x02040B;
    disk = new ScsiDisk("sdb", rig.await(rig.host.probe(Lun.of(2))));
    submit(read(0, 512));
    assertThat(ends).containsExactly(BlockStatus.IOERR);
    assertThat(disk.capacityBytes()).isZero();
  }

  // ---- what comes back --------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"FAIL_FAST", "PATIENT"})
  void aPartialReadIsNeverReportedAsDone(Patience patience) {
    submit(read(0, 4096).asCloneOf(read(0, 4096), patience.flag, this::ended));
    for (int attempt = 0; attempt <= Rig.TIMEOUTS.retries(); attempt++) {
      rig.transport.status(rig.transport.oldest(), ScsiStatus.GOOD, 512);
      rig.loop.run();
    }
    assertThat(ends).containsExactly(BlockStatus.IOERR);
  }

  enum Patience {
    FAIL_FAST(Bio.FAIL_FAST),
    PATIENT(0);

    private final int flag;

    Patience(int flag) {
      this.flag = flag;
    }
  }

  @Test
  void failFastBioDoesNotWaitForALostTransportAndAnotherDoes() {
    Bio patient = read(0, 512);
    Bio hasty = new Bio().asCloneOf(read(512, 512), Bio.FAIL_FAST, this::ended);
    rig.transport.drop("gone");
    submit(patient);
    submit(hasty);
    assertThat(ends).containsExactly(BlockStatus.TRANSPORT);
    rig.transport.restore();
    rig.loop.run();
    good();
    assertThat(ends).containsExactly(BlockStatus.TRANSPORT, BlockStatus.OK);
  }

  @Test
  void biosBeyondTheDepthWaitInOrderAndFailFastOnesLeaveWithTheTransport() {
    rig.device.setQueueDepth(2);
    for (int i = 0; i < 5; i++) {
      submit(new Bio().asCloneOf(read(512L * i, 512), Bio.FAIL_FAST, this::ended));
    }
    assertThat(rig.transport.outstanding).hasSize(2);
    rig.transport.drop("gone");
    assertThat(ends).hasSize(5).contains(BlockStatus.IOERR, BlockStatus.TRANSPORT);
  }

  @Test
  void mediumErrorIsTheCallersAndThinOutOfSpaceToo() {
    submit(read(0, 512));
    rig.transport.sense(rig.transport.oldest(), 0x031100);
    submit(write(0, 512, 0));
    rig.transport.sense(rig.transport.oldest(), 0x072707);
    submit(write(0, 512, 0));
    rig.transport.status(rig.transport.oldest(), ScsiStatus.RESERVATION_CONFLICT, 0);
    assertThat(ends)
        .containsExactly(BlockStatus.MEDIUM, BlockStatus.NOSPC, BlockStatus.RESV_CONFLICT);
  }

  @Test
  void anOwnerMaySubmitAgainFromItsCompletion() {
    List<BlockStatus> again = new ArrayList<>();
    Bio bio = new Bio();
    bio.asRead(
        0,
        512,
        buffer,
        0,
        done -> {
          again.add(done.status());
          if (again.size() < 3) {
            disk.submit(done);
          }
        });
    submit(bio);
    good();
    good();
    good();
    assertThat(again).containsExactly(BlockStatus.OK, BlockStatus.OK, BlockStatus.OK);
  }

  @Test
  void limitsFollowTheDevice() {
    assertThat(disk.limits().logicalBlockBytes()).isEqualTo(512);
    assertThat(disk.limits().physicalBlockBytes()).isEqualTo(4096);
    assertThat(disk.limits().maxDiscardBytes()).isEqualTo(4096 * 512);
    assertThat(disk.limits().maxWriteZeroesBytes()).isEqualTo(2048 * 512);
    assertThat(disk.limits().discardGranularityBytes()).isEqualTo(4096);
    assertThat(disk.limits().fua()).isTrue();
    assertThat(disk.capacityBytes()).isEqualTo(512 << 20);
    rig.unit.capacity = Capacity.of(1000, 4096);
    rig.unit.limits = BlockLimitsPage.NOTHING;
    revalidate();
    assertThat(disk.limits().logicalBlockBytes()).isEqualTo(4096);
    assertThat(disk.limits().maxTransferBytes()).as("the transport's").isEqualTo(1 << 20);
    assertThat(disk.capacityBytes()).isEqualTo(4096_000);
  }

  @Test
  void aDiskThatWasLetGoDoesNotFollowItsDeviceAnyMore() {
    long before = disk.capacityBytes();
    disk.letGo();
    rig.unit.capacity = Capacity.of(1 << 21, 512);
    rig.await(rig.device.revalidate());
    assertThat(disk.capacityBytes()).isEqualTo(before);
  }
}
