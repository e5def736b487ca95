package io.multipath4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A part of a device as a device. */
class BlockDeviceRangeTest {

  private static final int ZONE = 8192;
  private static final BlockLimits LIMITS =
      new BlockLimits(512, 4096, 4096, 0, 65536, 65536, 65536, 4096, true, true, false);
  private static final BlockLimits ZONED =
      LIMITS.withZoned(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, ZONE, 0));

  private record Request(boolean needsRawIo) implements Ioctl {

    @Override
    public String description() {
      return "INQUIRY";
    }
  }

  /** A disk with every operation. */
  private static final class FullDisk implements BlockDevice {

    final MemoryDisk memory;
    final List<String> asked = new ArrayList<>();

    FullDisk(BlockLimits limits) {
      memory = new MemoryDisk(1 << 20, limits);
    }

    @Override
    public String name() {
      return "sda";
    }

    @Override
    public long capacityBytes() {
      return memory.capacityBytes();
    }

    @Override
    public BlockLimits limits() {
      return memory.limits();
    }

    @Override
    public void submit(Bio bio) {
      memory.submit(bio);
    }

    @Override
    public BlockOperations operations() {
      return new BlockOperations() {
        @Override
        public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
          asked.add(request.description());
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<DiskGeometry> geometry() {
          return CompletableFuture.completedFuture(new DiskGeometry(4, 8, 9, 512));
        }

        @Override
        public CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
          return CompletableFuture.completedFuture(Optional.of(new BlockUniqueId(kind, "ab")));
        }

        @Override
        public CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
          List<Zone> zones = new ArrayList<>();
          for (int i = 0; i < maxZones; i++) {
            zones.add(zone(offset - offset % ZONE + (long) i * ZONE));
          }
          return CompletableFuture.completedFuture(new ZoneReport(zones));
        }
      };
    }
  }

  private static Zone zone(long start) {
    boolean hasPointer = start != ZONE;
    return new Zone(
        start,
        ZONE,
        ZONE,
        hasPointer ? start + 512 : Zone.NO_WRITE_POINTER,
        Zone.Type.SEQUENTIAL_WRITE_REQUIRED,
        hasPointer ? Zone.Condition.CLOSED : Zone.Condition.FULL,
        false,
        false);
  }

  private final FullDisk disk = new FullDisk(LIMITS);
  private final BlockDeviceRange range = new BlockDeviceRange(disk, "sda1", 4096, 65536, false);
  private final List<BlockStatus> ends = new ArrayList<>();
  private final ByteBuffer memory = ByteBuffer.allocate(8192);

  private void noteEnd(Bio bio) {
    ends.add(bio.status());
  }

  @Test
  void ioIsMovedToWhereTheRangeBegins() {
    memory.put(0, (byte) 42);
    range.submit(new Bio().asWrite(512, 512, memory, 0, 0, this::noteEnd));
    range.submit(new Bio().asRead(512, 512, memory, 4096, this::noteEnd));
    range.submit(new Bio().asDiscard(0, 4096, this::noteEnd));
    range.submit(new Bio().asFlush(this::noteEnd));
    assertThat(disk.memory.log)
        .containsExactly("WRITE 4608+512", "READ 4608+512", "DISCARD 4096+4096", "FLUSH 0+0");
    assertThat(ends).hasSize(4).containsOnly(BlockStatus.OK);
    assertThat(memory.get(4096)).isEqualTo((byte) 42);
    assertThat(range.name()).isEqualTo("sda1");
    assertThat(range.capacityBytes()).isEqualTo(65536);
  }

  @Test
  void ioBeyondTheRangeNeverReachesTheDisk() {
    range.submit(new Bio().asRead(65536 - 512, 1024, memory, 0, this::noteEnd));
    range.submit(new Bio().asWrite(-512, 512, memory, 0, 0, this::noteEnd));
    range.submit(new Bio().asDiscard(Long.MAX_VALUE - 511, 512, this::noteEnd));
    assertThat(ends).hasSize(3).containsOnly(BlockStatus.INVAL);
    assertThat(disk.memory.log).isEmpty();
  }

  @Test
  void errorsComeBackAndEveryBioEndsOnce() {
    disk.memory.hold = true;
    for (int i = 0; i < 3; i++) {
      range.submit(new Bio().asRead(i * 512L, 512, memory, 0, this::noteEnd));
    }
    assertThat(ends).isEmpty();
    List<Bio> held = List.copyOf(disk.memory.held);
    held.get(1).complete(BlockStatus.MEDIUM);
    assertThat(ends).containsExactly(BlockStatus.MEDIUM);
    held.get(0).complete(BlockStatus.OK);
    held.get(2).complete(BlockStatus.OK);
    assertThat(ends).containsExactly(BlockStatus.MEDIUM, BlockStatus.OK, BlockStatus.OK);
    assertThatThrownBy(() -> held.get(2).complete(BlockStatus.OK))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("sda1: completed twice");
  }

  @Test
  void aRangeIsOfWholeBlocksWithinTheDevice() {
    assertThatThrownBy(() -> new BlockDeviceRange(disk, "sda1", 100, 512, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sda1: 512 bytes at 100 of sda: expected whole blocks of 512 bytes within its 1048576"
                + " bytes");
    for (long[] bad :
        new long[][] {
          {0, 0}, {-512, 512}, {0, 2 << 20}, {1 << 20, 512}, {512, Long.MAX_VALUE - 511}
        }) {
      assertThatThrownBy(() -> new BlockDeviceRange(disk, "sda1", bad[0], bad[1], false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void requestsThatReachBeyondTheRangeNeedRawIo() {
    CompletableFuture<Void> refused = range.operations().ioctl(new Request(true), true);
    assertThat(refused.exceptionNow())
        .isInstanceOfSatisfying(
            BlockOperationException.class, e -> assertThat(e.errnoName()).isEqualTo("EPERM"))
        .hasMessage("INQUIRY: it reaches beyond sda1; ask sda, or open this with raw I/O allowed");
    assertThat(disk.asked).isEmpty();
    assertThat(range.operations().ioctl(new Request(false), true)).isCompleted();
    BlockDeviceRange raw = new BlockDeviceRange(disk, "sda1", 4096, 65536, true);
    assertThat(raw.operations().ioctl(new Request(true), true)).isCompleted();
    assertThat(disk.asked).hasSize(2);
  }

  @Test
  void theGeometryTellsWhereTheRangeBegins() {
    assertThat(range.operations().geometry().join()).isEqualTo(new DiskGeometry(4, 8, 9, 4608));
    assertThat(range.operations().uniqueId(BlockUniqueId.Kind.NAA).join())
        .as("the id is the disk's")
        .contains(new BlockUniqueId(BlockUniqueId.Kind.NAA, "ab"));
  }

  @Test
  void reservationsAreOfWholeDevicesOnly() {
    assertThat(range.operations().reservations()).isEmpty();
  }

  @Test
  void aRangeOfWholeZonesHasZones() {
    FullDisk zoned = new FullDisk(ZONED);
    BlockDeviceRange aligned = new BlockDeviceRange(zoned, "sda1", ZONE, 3 * ZONE, false);
    assertThat(aligned.limits().zoned()).isEqualTo(ZONED.zoned());
    assertThat(aligned.operations().reportZones(512, 5).join().zones())
        .containsExactly(
            new Zone(
                0,
                ZONE,
                ZONE,
                Zone.NO_WRITE_POINTER,
                Zone.Type.SEQUENTIAL_WRITE_REQUIRED,
                Zone.Condition.FULL,
                false,
                false),
            moved(ZONE),
            moved(2 * ZONE));
    aligned.submit(new Bio().asZoneAction(BioOp.ZONE_RESET, ZONE, ZONE, this::noteEnd));
    aligned.submit(new Bio().asZoneAction(BioOp.ZONE_RESET_ALL, 0, 3 * ZONE, this::noteEnd));
    assertThat(zoned.memory.log).containsExactly("ZONE_RESET 16384+8192");
    assertThat(ends).endsWith(BlockStatus.NOTSUPP);
    assertThat(aligned.operations().reportZones(3 * ZONE, 1).exceptionNow())
        .hasMessage("report zones of sda1 from 24576: expected less than 24576");
  }

  private static Zone moved(long start) {
    return new Zone(
        start,
        ZONE,
        ZONE,
        start + 512,
        Zone.Type.SEQUENTIAL_WRITE_REQUIRED,
        Zone.Condition.CLOSED,
        false,
        false);
  }

  @Test
  void anyOtherRangeHasNone() {
    FullDisk zoned = new FullDisk(ZONED);
    BlockDeviceRange odd = new BlockDeviceRange(zoned, "sda1", 4096, ZONE, false);
    assertThat(odd.limits().zoned()).isEqualTo(ZonedModel.NONE);
    odd.submit(new Bio().asZoneAction(BioOp.ZONE_RESET, 0, ZONE, this::noteEnd));
    assertThat(ends).containsExactly(BlockStatus.NOTSUPP);
    assertThat(zoned.memory.log).isEmpty();
    assertThat(odd.operations().reportZones(0, 1).exceptionNow())
        .isInstanceOfSatisfying(
            BlockOperationException.class, e -> assertThat(e.errno()).isEqualTo(95));
  }
}
