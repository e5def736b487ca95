package io.multipath4j.nbd;

import static java.util.Objects.requireNonNull;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A block device in memory that checks what it is asked, remembers it on demand, fails on demand,
 * and completes either inside of submit or when told to.
 */
final class MemoryDevice implements BlockDevice {

  static final int BLOCK = 512;

  private final ByteBuffer content;
  private final ArrayDeque<Bio> held = new ArrayDeque<>();
  private final List<String> history = new ArrayList<>();
  private BlockLimits limits;
  private boolean holding;
  private boolean recording = true;
  private BlockStatus failure = BlockStatus.OK;
  private BlockStatus zeroFailure = BlockStatus.OK;

  MemoryDevice(int capacityBytes) {
    content = ByteBuffer.allocateDirect(capacityBytes);
    limits = new Limits().build();
  }

  /** The parts of the limits that tests vary. */
  static final class Limits {
    int logicalBlockBytes = BLOCK;
    int maxTransferBytes = 1 << 20;
    long maxDiscardBytes = 1 << 30;
    long maxWriteZeroesBytes = 1 << 30;
    boolean volatileCache = true;
    boolean fua = true;
    boolean readOnly;

    BlockLimits build() {
      return new BlockLimits(
          logicalBlockBytes,
          4096,
          4096,
          0,
          maxTransferBytes,
          maxDiscardBytes,
          maxWriteZeroesBytes,
          4096,
          volatileCache,
          fua,
          readOnly);
    }
  }

  MemoryDevice with(Limits wanted) {
    limits = wanted.build();
    return this;
  }

  /** Completes nothing until {@link #completeHeld}. */
  MemoryDevice holding() {
    holding = true;
    return this;
  }

  MemoryDevice withoutHistory() {
    recording = false;
    return this;
  }

  void failWith(BlockStatus status) {
    failure = status;
  }

  void failWriteZeroesWith(BlockStatus status) {
    zeroFailure = status;
  }

  int heldCount() {
    return held.size();
  }

  /** Completes what is held, the newest first: replies have to come out of order. */
  void completeHeld() {
    for (Bio bio = held.pollLast(); bio != null; bio = held.pollLast()) {
      execute(bio);
    }
  }

  /** What was submitted since the last call, as {@code OP+offset+length flags}. */
  List<String> history() {
    List<String> result = List.copyOf(history);
    history.clear();
    return result;
  }

  ByteBuffer content() {
    return content;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public long capacityBytes() {
    return content.capacity();
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  @Override
  public void submit(Bio bio) {
    if (recording) {
      history.add(bio.op() + " " + bio.offset() + "+" + bio.length() + flags(bio));
    }
    if (holding) {
      held.addLast(bio);
    } else {
      execute(bio);
    }
  }

  private static String flags(Bio bio) {
    return (bio.has(Bio.FUA) ? " FUA" : "")
        + (bio.has(Bio.NO_UNMAP) ? " NO_UNMAP" : "")
        + (bio.has(Bio.FAST_ONLY) ? " FAST_ONLY" : "");
  }

  private void execute(Bio bio) {
    bio.complete(outcome(bio));
  }

  private BlockStatus outcome(Bio bio) {
    long max =
        switch (bio.op()) {
          case READ, WRITE -> limits.maxTransferBytes();
          case DISCARD -> limits.maxDiscardBytes();
          case WRITE_ZEROES -> limits.maxWriteZeroesBytes();
          case FLUSH, ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL -> 0;
        };
    boolean valid =
        bio.offset() >= 0
            && bio.offset() + bio.length() <= content.capacity()
            && (bio.offset() | bio.length()) % limits.logicalBlockBytes() == 0
            && bio.length() <= max;
    if (!valid) {
      return BlockStatus.INVAL;
    }
    if (failure != BlockStatus.OK) {
      return failure;
    }
    if (bio.op() == BioOp.WRITE_ZEROES && zeroFailure != BlockStatus.OK) {
      return zeroFailure;
    }
    int at = (int) bio.offset();
    int length = (int) bio.length();
    switch (bio.op()) {
      case READ -> requireNonNull(bio.data()).put(bio.dataOffset(), content, at, length);
      case WRITE -> content.put(at, requireNonNull(bio.data()), bio.dataOffset(), length);
      case DISCARD, WRITE_ZEROES -> {
        for (int i = 0; i < length; i += BLOCK) {
          content.put(at + i, ZERO_BLOCK);
        }
      }
      case FLUSH, ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL -> {}
    }
    return BlockStatus.OK;
  }

  private static final byte[] ZERO_BLOCK = new byte[BLOCK];
}
