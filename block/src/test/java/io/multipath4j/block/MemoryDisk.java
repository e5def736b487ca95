package io.multipath4j.block;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A disk in memory that ends its I/O at once, or when the test says so. */
final class MemoryDisk implements BlockDevice {

  private final byte[] content;
  private final BlockLimits limits;
  final List<String> log = new ArrayList<>();
  final List<Bio> held = new ArrayList<>();
  boolean hold;

  /** The next I/O at this offset fails so. */
  Optional<BlockStatus> failure = Optional.empty();

  long failureOffset = -1;

  MemoryDisk(int capacityBytes, BlockLimits limits) {
    this.content = new byte[capacityBytes];
    this.limits = limits;
  }

  byte[] content() {
    return content;
  }

  @Override
  public String name() {
    return "mem";
  }

  @Override
  public long capacityBytes() {
    return content.length;
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  @Override
  public void submit(Bio bio) {
    log.add(bio.op() + " " + bio.offset() + "+" + bio.length());
    if (hold) {
      held.add(bio);
    } else {
      end(bio);
    }
  }

  void end(Bio bio) {
    BlockStatus checked = limits.check(bio, content.length);
    if (checked != BlockStatus.OK) {
      bio.complete(checked);
    } else if (failure.isPresent() && bio.offset() == failureOffset) {
      bio.complete(failure.get());
    } else {
      move(bio);
      bio.complete(BlockStatus.OK);
    }
  }

  private void move(Bio bio) {
    @Nullable ByteBuffer data = bio.data();
    if (data == null) {
      return;
    }
    // As a transport does it: through position and limit of the bio's buffer.
    data.limit(bio.dataOffset() + (int) bio.length()).position(bio.dataOffset());
    if (bio.op() == BioOp.READ) {
      data.put(content, (int) bio.offset(), (int) bio.length());
    } else {
      data.get(content, (int) bio.offset(), (int) bio.length());
    }
  }
}
