package io.multipath4j.interop;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A disk in memory. Its content belongs to the loop; the switches are for the test's thread. */
final class RamDisk implements BlockDevice {

  static final int MAX_TRANSFER_BYTES = 1 << 20;

  private final String name;
  private final int blockBytes;
  private final ByteBuffer content;
  private final List<Bio> held = new ArrayList<>();
  private volatile long capacityBytes;
  private volatile boolean readOnly;
  private volatile boolean holding;
  private volatile BlockStatus failure = BlockStatus.OK;
  private volatile int flushes;
  private volatile int zeroings;

  /** Makes a disk that can grow to {@code maxBytes}. */
  RamDisk(String name, int blockBytes, long capacityBytes, int maxBytes) {
    this.name = name;
    this.blockBytes = blockBytes;
    this.capacityBytes = capacityBytes;
    this.content = ByteBuffer.allocateDirect(maxBytes);
  }

  RamDisk(String name, int mebibytes) {
    this(name, 512, (long) mebibytes << 20, mebibytes << 20);
  }

  void resize(long bytes) {
    capacityBytes = bytes;
  }

  void setReadOnly() {
    readOnly = true;
  }

  void failWith(BlockStatus status) {
    failure = status;
  }

  /** From now on no I/O ends. */
  void hold() {
    holding = true;
  }

  int flushes() {
    return flushes;
  }

  int zeroings() {
    return zeroings;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long capacityBytes() {
    return capacityBytes;
  }

  @Override
  public BlockLimits limits() {
    return new BlockLimits(
        blockBytes,
        4096,
        4096,
        0,
        MAX_TRANSFER_BYTES,
        Long.MAX_VALUE / 2 / blockBytes * blockBytes,
        Long.MAX_VALUE / 2 / blockBytes * blockBytes,
        blockBytes,
        true,
        false,
        readOnly);
  }

  @Override
  public void submit(Bio bio) {
    if (holding) {
      held.add(bio);
      return;
    }
    BlockStatus status = limits().check(bio, capacityBytes);
    if (status == BlockStatus.OK) {
      status = failure;
    }
    if (status == BlockStatus.OK) {
      move(bio);
    }
    bio.complete(status);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the loop writes them
  private void move(Bio bio) {
    int at = (int) bio.offset();
    int length = (int) bio.length();
    switch (bio.op()) {
      case READ -> bio.data().clear().put(bio.dataOffset(), content, at, length);
      case WRITE -> content.put(at, bio.data().clear(), bio.dataOffset(), length);
      case WRITE_ZEROES -> {
        for (int i = 0; i < length; i++) {
          content.put(at + i, (byte) 0);
        }
        zeroings++;
      }
      case FLUSH -> flushes++;
      default -> {
        // Nothing is promised about what a discarded range holds; it has no zones.
      }
    }
  }
}
