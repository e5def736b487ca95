package io.multipath4j.fuse;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps writes to one disk apart that would undo each other.
 *
 * <p>A write that does not fill a block reads the rest of the block and writes it back; a write to
 * that block in between would be lost. So a write waits for each earlier one that has a block in
 * common with it, when one of the two does not fill its blocks. Others never wait: writes of whole
 * blocks have the order that their callers give them, as on any disk.
 *
 * <p>Loop thread only.
 */
final class WriteOrder {
  /** In order of arrival, under way or waiting. At most {@link RequestPool#MAX_REQUESTS}. */
  private final List<DiskTransfer> writes = new ArrayList<>();

  private int partial;
  private int waiting;
  private boolean sweeping;

  /**
   * A write arrives.
   *
   * @return whether it may go on; else {@link DiskTransfer#proceed} is called when it may
   */
  boolean enter(DiskTransfer write) {
    boolean free = isFree(write, writes.size());
    writes.add(write);
    partial += write.isPartial() ? 1 : 0;
    waiting += free ? 0 : 1;
    write.setWaiting(!free);
    return free;
  }

  /** A write that went on has ended. Those that waited for it go on inside this call. */
  void leave(DiskTransfer write) {
    writes.remove(write);
    partial -= write.isPartial() ? 1 : 0;
    if (waiting == 0 || sweeping) {
      return;
    }
    sweeping = true;
    int index = 0;
    while (index < writes.size()) {
      DiskTransfer next = writes.get(index);
      if (next.isWaiting() && isFree(next, index)) {
        next.setWaiting(false);
        waiting--;
        next.proceed();
        // It may have ended inside the call, and so freed one before this place.
        index = 0;
      } else {
        index++;
      }
    }
    sweeping = false;
  }

  private boolean isFree(DiskTransfer write, int earlier) {
    if (partial == 0 && !write.isPartial()) {
      return true;
    }
    for (int i = 0; i < earlier; i++) {
      DiskTransfer other = writes.get(i);
      if ((other.isPartial() || write.isPartial()) && other.overlaps(write)) {
        return false;
      }
    }
    return true;
  }
}
