package io.multipath4j.mpath.control;

import io.multipath4j.fuse.DiskDirectory;
import io.multipath4j.fuse.DiskMount;
import io.multipath4j.fuse.MountContent;
import io.multipath4j.fuse.MountException;
import io.multipath4j.scsi.multipath.PlainDisk;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.TopologyListener;
import io.multipath4j.scsi.multipath.tree.DiskStatistics;
import io.multipath4j.sysfs.SysfsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The directories at which this process shows its tree and its disks. They end with it. Mounting
 * and unmounting may take seconds: any thread but the loop.
 */
public final class Mounts implements AutoCloseable {

  /** The most directories at a time. */
  private static final int MAX_MOUNTS = 16;

  private static final System.Logger LOG = System.getLogger(Mounts.class.getName());

  private final SysfsTree tree;
  private final InstantSource clock;
  private final DiskDirectory disks;
  private final Map<Path, DiskMount> mounts = new LinkedHashMap<>();
  private boolean closed;

  /**
   * Makes one without mounts, which follows the disks that come and go. Loop thread only.
   *
   * @param readOnly whether disks may be read alone
   */
  public Mounts(ScsiMultipath multipath, SysfsTree tree, InstantSource clock, boolean readOnly) {
    this.tree = tree;
    this.clock = clock;
    this.disks = new DiskDirectory(clock, readOnly);
    multipath.addTopologyListener(
        new TopologyListener() {
          @Override
          public void headLive(ScsiMpathHead head) {
            disks.add(head.mpath(), multipath.loop());
          }

          @Override
          public void headRemoved(ScsiMpathHead head) {
            disks.remove(head.diskName());
          }

          @Override
          public void plainDiskAdded(PlainDisk disk) {
            disks.add(disk.disk(), multipath.loop());
          }

          @Override
          public void plainDiskRemoved(PlainDisk disk) {
            disks.remove(disk.name());
          }
        });
  }

  /**
   * Mounts.
   *
   * @return the mount, which {@link #end} ends
   * @throws ControlException when the directory is not one of this user, or cannot be used
   */
  public synchronized DiskMount mount(String directory) throws ControlException {
    Path place = place(directory);
    mounts.values().removeIf(mount -> mount.ended().isDone());
    if (closed || mounts.containsKey(place) || mounts.size() >= MAX_MOUNTS) {
      throw new ControlException(
          "EBUSY",
          closed
              ? "the process ends"
              : mounts.containsKey(place)
                  ? place + " is mounted already"
                  : "there are " + MAX_MOUNTS + " mounts; end one first");
    }
    requireOwn(place);
    try {
      MountContent content =
          new MountContent(tree, disks, Map.of("diskstats", () -> DiskStatistics.text(tree)));
      DiskMount mount = DiskMount.mount(place, content, clock, false);
      mounts.put(place, mount);
      return mount;
    } catch (MountException refused) {
      throw new ControlException("EIO", String.valueOf(refused.getMessage()), refused);
    }
  }

  /**
   * Ends a mount.
   *
   * @throws ControlException when this process has none there
   */
  public synchronized void unmount(String directory) throws ControlException {
    DiskMount mount = mounts.remove(place(directory));
    if (mount == null) {
      throw new ControlException(
          "EINVAL", directory + " is not mounted by this process; it has " + mounts.keySet());
    }
    mount.close();
  }

  /** Ends this mount, whatever is mounted at its place by now. Idempotent. */
  synchronized void end(DiskMount mount) {
    mounts.values().remove(mount);
    mount.close();
  }

  /** Ends all mounts. */
  @Override
  public synchronized void close() {
    closed = true;
    mounts.values().forEach(DiskMount::close);
    mounts.clear();
  }

  private static Path place(String directory) throws ControlException {
    try {
      Path place = Path.of(directory);
      if (place.isAbsolute()) {
        return place.normalize();
      }
    } catch (InvalidPathException wrong) {
      LOG.log(System.Logger.Level.DEBUG, "not a path", wrong);
    }
    throw new ControlException("EINVAL", "expected the absolute path of a directory");
  }

  /** A stale mount cannot be looked at; whoever mounts clears it, if it is one of ours. */
  private static void requireOwn(Path place) throws ControlException {
    try {
      int owner = (Integer) Files.getAttribute(place, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      if (owner != ControlPlace.userId()) {
        throw new ControlException(
            "EPERM", place + " belongs to user " + owner + ", not to the one of this process");
      }
    } catch (java.nio.file.NoSuchFileException missing) {
      throw new ControlException("ENOENT", "there is no directory " + place, missing);
    } catch (IOException stale) {
      LOG.log(System.Logger.Level.DEBUG, "cannot look at " + place, stale);
    }
  }
}
