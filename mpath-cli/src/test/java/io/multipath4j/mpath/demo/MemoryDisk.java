package io.multipath4j.mpath.demo;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** A disk in memory that can be told to go wrong once. */
final class MemoryDisk implements BlockDevice {

  /** What can go wrong. */
  enum Fault {
    /** Acknowledges a write and does not do it. */
    LOSE,
    /** Writes to the next block instead. */
    MISPLACE,
    /** Writes with one bit changed. */
    DAMAGE,
    /** Ends with an error and does nothing. */
    FAIL,
    /** Does it, and ends with an error. */
    DO_AND_FAIL,
    /** Never ends. */
    FORGET
  }

  private final EventLoop loop;
  private final ByteBuffer content;
  private Fault fault = Fault.FAIL;
  private Predicate<Bio> victim = bio -> false;

  MemoryDisk(EventLoop loop, int bytes) {
    this.loop = loop;
    this.content = ByteBuffer.allocate(bytes);
  }

  /** Lets {@code fault} happen to the next bio that {@code victim} accepts. */
  void inject(Fault fault, Predicate<Bio> victim) {
    this.fault = fault;
    this.victim = victim;
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
    return new BlockLimits(512, 4096, 4096, 0, 1 << 20, 0, 0, 0, true, true, false);
  }

  @Override
  public void submit(Bio bio) {
    loop.execute(() -> perform(bio));
  }

  private void perform(Bio bio) {
    boolean hit = victim.test(bio);
    if (hit) {
      victim = other -> false;
    }
    if (hit && fault == Fault.FORGET) {
      return;
    }
    boolean fails = hit && (fault == Fault.FAIL || fault == Fault.DO_AND_FAIL);
    if (!(hit && (fault == Fault.LOSE || fault == Fault.FAIL))) {
      transfer(bio, hit && fault == Fault.MISPLACE ? 4096 : 0);
    }
    if (hit && fault == Fault.DAMAGE) {
      int at = (int) bio.offset() + 1000;
      content.put(at, (byte) (content.get(at) ^ 4));
    }
    bio.complete(fails ? BlockStatus.IOERR : BlockStatus.OK);
  }

  private void transfer(Bio bio, int shift) {
    ByteBuffer data = bio.data();
    if (data == null) {
      return;
    }
    int at = (int) bio.offset() + shift;
    int length = (int) bio.length();
    if (bio.op() == BioOp.WRITE) {
      content.put(at, data, bio.dataOffset(), length);
    } else {
      data.put(bio.dataOffset(), content, at, length);
    }
  }
}
