package io.multipath4j.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I/O on a device with zones: where it is cut, and what a zone action may be about. */
class ZonedIoTest {

  private static final int ZONE = 3 * 4096;
  private static final int CAPACITY = 4 * ZONE + 4096;
  private static final BlockLimits LIMITS =
      new BlockLimits(512, 4096, 4096, 0, 8192, 1 << 20, 1 << 20, 4096, true, true, false)
          .withZoned(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, ZONE, 0));

  private final MemoryDisk disk = new MemoryDisk(CAPACITY, LIMITS);
  private final BioSplitter splitter = new BioSplitter(disk::submit);
  private final List<BlockStatus> ends = new ArrayList<>();

  private void noteEnd(Bio bio) {
    ends.add(bio.status());
  }

  private static BlockStatus check(BioOp op, long offset, long length) {
    return LIMITS.check(new Bio().asZoneAction(op, offset, length, bio -> {}), CAPACITY);
  }

  @Test
  void ioIsCutWhereZonesEnd() {
    splitter.submit(
        new Bio().asRead(ZONE - 512, 8192, ByteBuffer.allocate(8192), 0, this::noteEnd), LIMITS);
    assertThat(disk.log).containsExactly("READ 11776+512", "READ 12288+7680");
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aShortIoOverTheEndOfAZoneDoesNotFit() {
    ByteBuffer memory = ByteBuffer.allocate(1024);
    assertThat(BioSplitter.fits(new Bio().asRead(ZONE - 512, 1024, memory, 0, b -> {}), LIMITS))
        .isFalse();
    assertThat(BioSplitter.fits(new Bio().asRead(ZONE - 1024, 1024, memory, 0, b -> {}), LIMITS))
        .isTrue();
    assertThat(BioSplitter.fits(new Bio().asFlush(b -> {}), LIMITS)).isTrue();
  }

  @Test
  void rangesWithoutDataAreCutToo() {
    splitter.submit(new Bio().asDiscard(4096, 2 * ZONE, this::noteEnd), LIMITS);
    assertThat(disk.log)
        .containsExactly("DISCARD 4096+8192", "DISCARD 12288+12288", "DISCARD 24576+4096");
  }

  @Test
  void thePiecesOfAWriteGoOneAfterTheOther() {
    disk.hold = true;
    splitter.submit(
        new Bio().asWrite(0, 3 * 8192, ByteBuffer.allocate(3 * 8192), 0, 0, this::noteEnd), LIMITS);
    for (int piece = 0; piece < 4; piece++) {
      assertThat(disk.held).as("under way").hasSize(1);
      disk.end(disk.held.removeFirst());
    }
    assertThat(disk.log)
        .containsExactly("WRITE 0+8192", "WRITE 8192+4096", "WRITE 12288+8192", "WRITE 20480+4096");
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void thePiecesOfAReadGoSideBySide() {
    disk.hold = true;
    splitter.submit(
        new Bio().asRead(0, 3 * 8192, ByteBuffer.allocate(3 * 8192), 0, this::noteEnd), LIMITS);
    assertThat(disk.held).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource(names = {"ZONE_OPEN", "ZONE_CLOSE", "ZONE_FINISH", "ZONE_RESET", "ZONE_RESET_ALL"})
  void aZoneActionIsNeverCutHoweverLongTheZone(BioOp op) {
    disk.hold = true;
    Bio bio = new Bio().asZoneAction(op, 0, op == BioOp.ZONE_RESET_ALL ? CAPACITY : ZONE, b -> {});
    splitter.submit(bio, LIMITS);
    assertThat(disk.held).hasSize(1);
    assertThat(disk.held.getFirst()).isSameAs(bio);
  }

  @Test
  void aZoneActionIsAboutOneWholeZone() {
    assertThat(check(BioOp.ZONE_RESET, ZONE, ZONE)).isEqualTo(BlockStatus.OK);
    assertThat(check(BioOp.ZONE_FINISH, 4 * ZONE, 4096)).as("the last").isEqualTo(BlockStatus.OK);
    assertThat(check(BioOp.ZONE_OPEN, 512, ZONE)).isEqualTo(BlockStatus.INVAL);
    assertThat(check(BioOp.ZONE_CLOSE, 0, 2 * ZONE)).isEqualTo(BlockStatus.INVAL);
    assertThat(check(BioOp.ZONE_RESET, 0, 4096)).isEqualTo(BlockStatus.INVAL);
    assertThat(check(BioOp.ZONE_RESET, 5L * ZONE, ZONE)).isEqualTo(BlockStatus.INVAL);
  }

  @Test
  void resetAllIsAboutTheWholeDevice() {
    assertThat(check(BioOp.ZONE_RESET_ALL, 0, CAPACITY)).isEqualTo(BlockStatus.OK);
    assertThat(check(BioOp.ZONE_RESET_ALL, 0, ZONE)).isEqualTo(BlockStatus.INVAL);
    assertThat(check(BioOp.ZONE_RESET_ALL, ZONE, CAPACITY - ZONE)).isEqualTo(BlockStatus.INVAL);
  }

  @Test
  void withoutZonesThereAreNoZoneActions() {
    Bio bio = new Bio().asZoneAction(BioOp.ZONE_RESET, 0, ZONE, b -> {});
    assertThat(LIMITS.withZoned(ZonedModel.NONE).check(bio, CAPACITY))
        .isEqualTo(BlockStatus.NOTSUPP);
  }
}
