package io.multipath4j.fuse;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A disk in memory that ends its I/O at once, or when the test says so. */
final class HeldDisk implements BlockDevice {

  static final int BLOCK = 4096;

  final byte[] content;
  final List<String> log = new ArrayList<>();
  final List<Bio> held = new ArrayList<>();
  boolean hold;
  boolean fua;
  boolean readOnly;
  boolean zeroes = true;
  BlockStatus failure = BlockStatus.OK;

  HeldDisk(int blocks) {
    content = new byte[blocks * BLOCK];
  }

  @Override
  public String name() {
    return "sda";
  }

  @Override
  public long capacityBytes() {
    return content.length;
  }

  @Override
  public BlockLimits limits() {
    return new BlockLimits(
        BLOCK, BLOCK, BLOCK, 0, 1 << 20, 1 << 20, zeroes ? 1 << 20 : 0, BLOCK, true, fua, readOnly);
  }

  @Override
  public void submit(Bio bio) {
    String flag = bio.has(Bio.FUA) ? " fua" : bio.has(Bio.NO_UNMAP) ? " keep" : "";
    log.add(bio.op() + " " + bio.offset() + "+" + bio.length() + flag);
    if (hold) {
      held.add(bio);
    } else {
      end(bio);
    }
  }

  /** Ends the I/O that was held longest. */
  void endFirst() {
    end(held.removeFirst());
  }

  void end(Bio bio) {
    BlockStatus status = limits().check(bio, content.length);
    if (status == BlockStatus.OK) {
      status = failure;
    }
    if (status == BlockStatus.OK) {
      move(bio);
    }
    bio.complete(status);
  }

  private void move(Bio bio) {
    int at = (int) bio.offset();
    int length = (int) bio.length();
    ByteBuffer data = bio.data();
    if (data != null) {
      // As a transport does it: through position and limit of the bio's buffer.
      data.limit(bio.dataOffset() + length).position(bio.dataOffset());
    }
    if (bio.op() == BioOp.READ) {
      data.put(content, at, length);
    } else if (bio.op() == BioOp.WRITE) {
      data.get(content, at, length);
    } else if (bio.op() == BioOp.WRITE_ZEROES) {
      Arrays.fill(content, at, at + length, (byte) 0);
    }
  }
}
