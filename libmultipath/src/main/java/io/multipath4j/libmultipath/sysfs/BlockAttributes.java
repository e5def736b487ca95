package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.ZonedModel;
import io.multipath4j.sysfs.SysfsTable;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Attributes that every block device has, from its size and limits of now; 0444. */
public final class BlockAttributes {

  private static final int SECTOR_SHIFT = 9;
  private static final int KIB_SHIFT = 10;

  private BlockAttributes() {}

  /** Adds {@code size}, in sectors of 512 bytes whatever its blocks are, and {@code ro}. */
  public static <T> SysfsTable.Builder<T> addDisk(
      SysfsTable.Builder<T> table, Function<? super T, ? extends BlockDevice> disk) {
    return table
        .readOnly("size", of -> (disk.apply(of).capacityBytes() >>> SECTOR_SHIFT) + "\n")
        .readOnly("ro", of -> bit(disk.apply(of).limits().readOnly()) + "\n");
  }

  /** Adds the limits that are shown in {@code queue/}. */
  public static <T> SysfsTable.Builder<T> addQueue(
      SysfsTable.Builder<T> queue, Function<? super T, ? extends BlockDevice> disk) {
    Function<T, BlockLimits> limits = of -> disk.apply(of).limits();
    number(queue, "logical_block_size", limits, BlockLimits::logicalBlockBytes);
    number(queue, "hw_sector_size", limits, BlockLimits::logicalBlockBytes);
    number(queue, "physical_block_size", limits, BlockLimits::physicalBlockBytes);
    number(queue, "minimum_io_size", limits, BlockLimits::minimumIoBytes);
    number(queue, "optimal_io_size", limits, BlockLimits::optimalIoBytes);
    number(queue, "max_sectors_kb", limits, of -> of.maxTransferBytes() >>> KIB_SHIFT);
    number(queue, "max_hw_sectors_kb", limits, of -> of.maxTransferBytes() >>> KIB_SHIFT);
    number(queue, "discard_max_bytes", limits, BlockLimits::maxDiscardBytes);
    number(queue, "discard_max_hw_bytes", limits, BlockLimits::maxDiscardBytes);
    number(queue, "discard_granularity", limits, BlockAttributes::discardGranularity);
    number(queue, "write_zeroes_max_bytes", limits, BlockLimits::maxWriteZeroesBytes);
    number(queue, "fua", limits, of -> bit(of.volatileCache() && of.fua()));
    number(queue, "chunk_sectors", limits, of -> of.zoned().zoneBytes() >>> SECTOR_SHIFT);
    number(queue, "max_open_zones", limits, of -> of.zoned().maxOpenZones());
    return queue
        .readOnly("nr_zones", of -> zones(disk.apply(of)) + "\n")
        .readOnly("zoned", of -> limits.apply(of).zoned().kind().word() + "\n")
        .readOnly(
            "write_cache",
            of -> limits.apply(of).volatileCache() ? "write back\n" : "write through\n");
  }

  private static <T> void number(
      SysfsTable.Builder<T> queue,
      String name,
      Function<? super T, BlockLimits> limits,
      ToLongFunction<BlockLimits> value) {
    queue.readOnly(name, of -> value.applyAsLong(limits.apply(of)) + "\n");
  }

  private static long discardGranularity(BlockLimits of) {
    return of.maxDiscardBytes() == 0 ? 0 : of.discardGranularityBytes();
  }

  /** A last zone that is shorter counts. */
  private static long zones(BlockDevice disk) {
    ZonedModel zoned = disk.limits().zoned();
    return zoned.zoneBytes() == 0
        ? 0
        : (disk.capacityBytes() + zoned.zoneBytes() - 1) / zoned.zoneBytes();
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }
}
