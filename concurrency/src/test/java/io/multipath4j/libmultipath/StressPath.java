package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;

/** A path that is always optimized and takes no I/O. */
record StressPath(int number) implements BlockDevice {

  static final BlockLimits LIMITS =
      new BlockLimits(512, 512, 512, 0, 1 << 20, 0, 0, 0, false, false, false);

  static final long CAPACITY = 1 << 30;

  /** Calls every path usable. */
  static final MpathHeadTemplate<StressPath> TEMPLATE =
      new MpathHeadTemplate<>() {
        @Override
        public boolean isDisabled(StressPath path) {
          return false;
        }

        @Override
        public boolean isOptimized(StressPath path) {
          return true;
        }

        @Override
        public boolean availablePath(StressPath path) {
          return true;
        }

        @Override
        public void removeHead(MpathHead<StressPath> head) {}
      };

  static MpathDevice<StressPath> device(int number) {
    return device(number, new ActiveCounter());
  }

  static MpathDevice<StressPath> device(int number, ActiveCounter active) {
    StressPath path = new StressPath(number);
    return new MpathDevice<>(path, path, NumaTopology.NO_NODE, active, MpathAccessState.OPTIMIZED);
  }

  @Override
  public String name() {
    return "sda:" + number;
  }

  @Override
  public long capacityBytes() {
    return CAPACITY;
  }

  @Override
  public BlockLimits limits() {
    return LIMITS;
  }

  @Override
  public void submit(Bio bio) {
    throw new UnsupportedOperationException("takes no I/O");
  }
}
