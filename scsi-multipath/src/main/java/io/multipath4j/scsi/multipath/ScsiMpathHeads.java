package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.MpathHead;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All heads by their unique id, and the numbers of heads, disks and paths.
 *
 * <p>One lock guards the list, the indices and the claims; so "is it the last path?" and "does a
 * new path find the head?" have one answer. Nothing foreign is called under it except the making of
 * a head; heads are ended outside of it. Any thread.
 */
final class ScsiMpathHeads {

  /** Most heads at a time. */
  static final int MAX_HEADS = 65_536;

  /** Makes the head of a new id. */
  @FunctionalInterface
  interface Factory {

    /**
     * Makes a head. Called under the lock: it must not call back.
     *
     * @param index the head's number
     * @param diskIndex the disk's number, for its letters
     * @throws RuntimeException when it cannot be made; nothing is left behind then
     */
    ScsiMpathHead create(int index, int diskIndex);
  }

  /**
   * A path's place in a head. As long as it is held, the head stays.
   *
   * @param head the head
   * @param pathIndex the path's number in it
   * @param isNew the head was made for this claim
   */
  record Claim(ScsiMpathHead head, int pathIndex, boolean isNew) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ScsiMpathHead> byId = new LinkedHashMap<>();
  private final IndexAllocator headIndices = new IndexAllocator(MAX_HEADS, "multipath heads");
  private final IndexAllocator diskIndices = new IndexAllocator(MAX_HEADS, "disk names");

  /**
   * Finds the head of an id or makes it, and takes a path index in it.
   *
   * @throws RuntimeException when there is no index left or the head cannot be made; nothing has
   *     changed then
   */
  Claim claim(UniqueId id, Factory factory) {
    lock.lock();
    try {
      ScsiMpathHead found = byId.get(id.text());
      if (found != null) {
        int pathIndex = found.pathIndices().take();
        if (found.mpath().life().claim()) { // a removal that was to come does not come any more
          return new Claim(found, pathIndex, false);
        }
        found.pathIndices().free(pathIndex); // given up this moment, not yet off the list
        byId.remove(id.text());
      }
      ScsiMpathHead made = create(factory);
      int pathIndex = made.pathIndices().take();
      boolean alive = made.mpath().life().claim();
      assert alive : "a new head was given up already";
      byId.put(id.text(), made);
      return new Claim(made, pathIndex, true);
    } finally {
      lock.unlock();
    }
  }

  private ScsiMpathHead create(Factory factory) {
    int index = headIndices.take();
    int diskIndex = -1;
    boolean made = false;
    try {
      diskIndex = diskIndices.take();
      ScsiMpathHead head = factory.create(index, diskIndex);
      made = true;
      return head;
    } finally {
      if (!made) {
        headIndices.free(index);
        if (diskIndex >= 0) {
          diskIndices.free(diskIndex);
        }
      }
    }
  }

  /**
   * Gives a claim back. With its last claim a head leaves the list at once, so that no new path
   * finds it, and is then ended; unless its removal is delayed: then it stays, and {@link #expire}
   * follows if no path claims it in time.
   *
   * @return whether the head ended
   */
  boolean release(Claim claim) {
    ScsiMpathHead head = claim.head();
    boolean last;
    lock.lock();
    try {
      head.pathIndices().free(claim.pathIndex());
      last = head.mpath().life().releaseClaim();
      if (last) {
        byId.remove(head.id().text(), head);
      }
    } finally {
      lock.unlock();
    }
    if (last) {
      end(head);
    }
    return last;
  }

  /**
   * No path came back to a head in time, and the library has given it up: takes it off the list and
   * ends it.
   */
  ScsiMpathHead expire(MpathHead<ScsiMpathDevice> mpath) {
    ScsiMpathHead expired;
    lock.lock();
    try {
      expired =
          byId.values().stream().filter(head -> head.mpath() == mpath).findFirst().orElseThrow();
      byId.remove(expired.id().text());
    } finally {
      lock.unlock();
    }
    end(expired);
    return expired;
  }

  /** Its numbers are free when nobody has the disk open: a name must not mean two disks. */
  private void end(ScsiMpathHead head) {
    head.mpath().removeDisk();
    var _ = head.mpath().life().uninit().thenRun(() -> freeIndices(head));
  }

  private void freeIndices(ScsiMpathHead head) {
    lock.lock();
    try {
      headIndices.free(head.index());
      diskIndices.free(head.diskIndex());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the number of an ordinary disk: it is one of those that heads' disks have.
   *
   * @throws IllegalStateException when all are taken
   */
  int takeDiskIndex() {
    lock.lock();
    try {
      return diskIndices.take();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the number of an ordinary disk back. */
  void freeDiskIndex(int index) {
    lock.lock();
    try {
      diskIndices.free(index);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many numbers are taken. */
  NumbersInUse numbersInUse() {
    lock.lock();
    try {
      int paths = byId.values().stream().mapToInt(head -> head.pathIndices().count()).sum();
      return new NumbersInUse(headIndices.count(), diskIndices.count(), paths);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the heads in the order of their making. */
  List<ScsiMpathHead> list() {
    lock.lock();
    try {
      return List.copyOf(byId.values());
    } finally {
      lock.unlock();
    }
  }
}
