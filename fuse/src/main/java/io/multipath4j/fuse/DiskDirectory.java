package io.multipath4j.fuse;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.reactor.EventLoop;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The disks that a mount shows under {@code dev}, by name. They come and go while it is mounted.
 * Any thread may call.
 */
public final class DiskDirectory {
  private final InstantSource clock;
  private final boolean readOnly;
  private final ConcurrentSkipListMap<String, DiskFile> disks = new ConcurrentSkipListMap<>();
  private final AtomicLong serials = new AtomicLong();

  /**
   * Makes an empty one.
   *
   * @param clock the time of files: a disk shows when it was added
   */
  public DiskDirectory(InstantSource clock) {
    this(clock, false);
  }

  /**
   * Makes an empty one.
   *
   * @param clock the time of files: a disk shows when it was added
   * @param readOnly whether no disk may be written here, also one that could be
   */
  public DiskDirectory(InstantSource clock, boolean readOnly) {
    this.clock = clock;
    this.readOnly = readOnly;
  }

  /**
   * Shows a disk under its own name.
   *
   * @param device the disk; its logical block is at most 4096 bytes
   * @param loop the event loop that owns it
   * @throws IllegalArgumentException when the name is taken or no file name, or the block too large
   */
  public void add(BlockDevice device, EventLoop loop) {
    String name = device.name();
    if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a name for a file: \"" + name + "\"");
    }
    int blockBytes = device.limits().logicalBlockBytes();
    if (blockBytes > FuseRequest.MAX_BLOCK_BYTES) {
      throw new IllegalArgumentException(
          name
              + " has blocks of "
              + blockBytes
              + " bytes; a mounted disk has at most "
              + FuseRequest.MAX_BLOCK_BYTES);
    }
    DiskFile file =
        new DiskFile(device, loop, serials.incrementAndGet(), clock.instant(), readOnly);
    if (disks.putIfAbsent(name, file) != null) {
      throw new IllegalArgumentException(name + " is shown already; remove it first");
    }
  }

  /**
   * Takes a disk away. Who has its file open gets ENXIO from then on, also when another disk of
   * that name is added. What was submitted to the disk before still ends as the disk ends it.
   *
   * @return false when there is none of that name
   */
  public boolean remove(String name) {
    DiskFile file = disks.remove(name);
    if (file == null) {
      return false;
    }
    file.markRemoved();
    return true;
  }

  @Nullable DiskFile find(String name) {
    return disks.get(name);
  }

  /** Returns the disks, sorted by name. */
  Collection<DiskFile> all() {
    return Collections.unmodifiableCollection(disks.values());
  }
}
