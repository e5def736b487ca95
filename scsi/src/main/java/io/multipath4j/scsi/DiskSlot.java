package io.multipath4j.scsi;

import io.multipath4j.block.Bio;
import io.multipath4j.scsi.codec.UnmapList;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One bio on its way through a disk, with the command that does it. Reused. */
final class DiskSlot {

  /** Idle slots are linked to the next. */
  @Nullable DiskSlot nextIdle;

  final ScsiRequest request;
  @Nullable Bio bio;

  /** The write is done, and is being made durable because the device has no FUA of its own. */
  boolean flushing;

  private @Nullable ByteBuffer unmapList;
  private @Nullable ByteBuffer zeroBlock;

  DiskSlot(ScsiDisk disk) {
    this.request = new ScsiRequest(ended -> disk.completed(this));
  }

  /**
   * Returns this slot's view of the disk's block of zeroes: a transport moves a buffer's position,
   * so two commands cannot have the same one.
   */
  ByteBuffer zeroBlock(ByteBuffer zeroes) {
    ByteBuffer view = zeroBlock;
    if (view == null || view.capacity() != zeroes.capacity()) {
      view = zeroes.duplicate();
      zeroBlock = view;
    }
    return view;
  }

  /** Returns the slot's memory for an UNMAP parameter list; made when it is first needed. */
  ByteBuffer unmapList() {
    ByteBuffer list = unmapList;
    if (list == null) {
      list = ByteBuffer.allocateDirect(UnmapList.ONE_RANGE_BYTES);
      unmapList = list;
    }
    return list;
  }
}
