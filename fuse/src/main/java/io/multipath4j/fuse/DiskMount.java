package io.multipath4j.fuse;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A directory of the host that shows a tree as {@code sys}, disks as files under {@code dev}, and
 * texts under {@code proc}.
 *
 * <p>It needs {@code /dev/fuse}, libfuse3, unless run by root also fusermount3, and {@code
 * --enable-native-access=io.multipath4j.fuse} on the command line of java.
 */
public final class DiskMount implements AutoCloseable {
  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final long AGREEMENT_MILLIS = 5_000;

  /** How long {@link #close} waits for the readers after the mount is gone. */
  private static final long READERS_MILLIS = 2_000;

  private static final System.Logger LOG = System.getLogger(DiskMount.class.getName());

  private final MountPoint point;
  private final KernelDevice device;
  private final FuseSession session;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DiskMount(MountPoint point, KernelDevice device, FuseSession session) {
    this.point = point;
    this.device = device;
    this.session = session;
  }

  /**
   * Mounts. A mount that a dead process of multipath4j has left at the directory is cleared first.
   *
   * @param directory an empty directory at which nothing is mounted
   * @param content what to show
   * @param clock the time of the directories that are the mount's own
   * @param allowOthers whether users other than the caller (and root, when that is the caller) may
   *     use it, within the modes of the files; for a caller other than root this needs {@code
   *     user_allow_other} in {@code /etc/fuse.conf}
   * @throws MountException with a sentence that says what to do, when it cannot be mounted
   */
  public static DiskMount mount(
      Path directory, MountContent content, InstantSource clock, boolean allowOthers)
      throws MountException {
    requireNativeAccess();
    if (!Files.exists(DEVICE)) {
      throw new MountException(
          "cannot mount: there is no /dev/fuse; load the kernel's module (modprobe fuse), or start"
              + " the container with --device /dev/fuse");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      throw new MountException(
          "cannot mount: this user may not open /dev/fuse; let root run chmod 666 /dev/fuse, which is"
              + " its usual mode");
    }
    MethodHandle openChannel =
        Native.fuseOpenChannel()
            .orElseThrow(() ->
                new MountException(
                    "cannot mount: libfuse3 is not installed; install it (Debian: apt-get"
                        + " install fuse3 libfuse3-3, Fedora: dnf install fuse3 fuse3-libs)"));
    MountPoint point = MountPoint.prepare(directory);
    Operations operations = new Operations(content.root(clock.instant()), Native.owner());
    int fd = Native.openChannel(openChannel, point.place(), options(allowOthers));
    if (fd < 0) {
      throw new MountException(
          "cannot mount at "
              + point.place()
              + ": it was refused, see the line above; without root it needs fusermount3 (Debian"
              + " package fuse3), in a container --cap-add SYS_ADMIN");
    }
    KernelDevice device = new KernelDevice(fd);
    FuseSession session = new FuseSession(device, operations, point.place().toString());
    session.start();
    DiskMount mount = new DiskMount(point, device, session);
    mount.awaitAgreement();
    return mount;
  }

  private static void requireNativeAccess() throws MountException {
    Module module = DiskMount.class.getModule();
    if (!module.isNativeAccessEnabled()) {
      throw new MountException(
          "cannot mount: java may not call native code here; start it with --enable-native-access="
              + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
  }

  private static String options(boolean allowOthers) {
    return "fsname="
        + MountTable.SOURCE
        + ",subtype="
        + MountTable.SOURCE
        + ",nosuid,nodev,noatime,default_permissions,max_read="
        + FuseRequest.MAX_DATA_BYTES
        + (allowOthers ? ",allow_other" : "");
  }

  private void awaitAgreement() throws MountException {
    boolean agreed = false;
    try {
      agreed = session.awaitAgreement(AGREEMENT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!agreed) {
      close();
      throw new MountException(
          "cannot mount at " + point.place() + ": the kernel did not begin to use it");
    }
  }

  /** Returns where it is mounted. */
  public Path place() {
    return point.place();
  }

  /**
   * Completes when nothing is mounted any more: after {@link #close}, or when somebody ran {@code
   * umount} or {@code fusermount3 -u}. Do not complete it.
   */
  public CompletableFuture<Void> ended() {
    return session.ended();
  }

  /**
   * Unmounts. When files are in use, they are taken away from their users, who get errors; a log
   * line says so. Takes at most some seconds. Idempotent; any thread, also a shutdown hook, but not
   * the event loop of a disk.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (!session.ended().isDone()) {
      if (point.unmount(0) == MountPoint.Removal.BUSY) {
        LOG.log(
            Level.WARNING,
            "{0} is in use; it is unmounted all the same, and who uses it gets errors",
            point.place());
        point.unmount(Native.MNT_FORCE | Native.MNT_DETACH);
      }
      session.interrupt();
    }
    if (awaitReaders()) {
      device.close();
    } else {
      // Without root a mount in use cannot be aborted: the kernel ends it when this process ends.
      LOG.log(Level.WARNING, "{0} is still in use and ends with this process", point.place());
    }
  }

  private boolean awaitReaders() {
    try {
      session.ended().get(READERS_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
