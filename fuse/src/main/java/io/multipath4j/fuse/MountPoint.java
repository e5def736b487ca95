package io.multipath4j.fuse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A directory to mount at: whether it can be, and taking a mount away from it. */
final class MountPoint {
  /** How long a mount may take to answer whether it lives, and to go away. */
  private static final long ANSWER_MILLIS = 2_000;

  /** Mounts of dead processes at one place that are cleared at most. */
  private static final int MAX_STALE = 16;

  private static final System.Logger LOG = System.getLogger(MountPoint.class.getName());

  /** How an attempt to take a mount away ended. */
  enum Removal {
    DONE,
    BUSY,
    REFUSED
  }

  private final Path place;

  private MountPoint(Path place) {
    this.place = place;
  }

  Path place() {
    return place;
  }

  /**
   * Finds a directory that can be mounted at, and clears what a dead process of ours has left
   * there.
   *
   * @throws MountException with a sentence, when it cannot be mounted at
   */
  static MountPoint prepare(Path directory) throws MountException {
    MountPoint point = new MountPoint(resolve(directory));
    point.clearStale();
    point.requireEmptyDirectory();
    return point;
  }

  /** The directory itself may not answer, when a dead mount is on it; its parent does. */
  private static Path resolve(Path directory) throws MountException {
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      throw new MountException("cannot mount at /: name an empty directory");
    }
    try {
      Path place = parent.toRealPath().resolve(name);
      return Files.isSymbolicLink(place) ? place.toRealPath() : place;
    } catch (IOException e) {
      throw new MountException(
          "cannot mount at " + directory + ": " + parent + " cannot be reached; make the directory",
          e);
    }
  }

  private void clearStale() throws MountException {
    for (int cleared = 0; cleared < MAX_STALE; cleared++) {
      MountTable.Entry entry = mounted();
      if (entry == null) {
        return;
      }
      if (!entry.isOurs()) {
        throw new MountException(
            "cannot mount at %s: %s (%s) is mounted there; name another directory"
                .formatted(place, entry.source(), entry.type()));
      }
      int alive = bounded("ask " + place, () -> Native.access(place), Errno.OK);
      if (alive != Errno.ENOTCONN && alive != Errno.ECONNABORTED) {
        throw new MountException(
            "cannot mount at %s: another mpath has it mounted; end that one, or name another"
                    .formatted(place)
                + " directory");
      }
      if (unmount(Native.MNT_DETACH) != Removal.DONE) {
        throw new MountException(
            "cannot mount at %s: a dead mount of multipath4j is there and cannot be taken away; run"
                    .formatted(place)
                + " fusermount3 -u "
                + place);
      }
      LOG.log(Level.INFO, "cleared {0}, which a dead process had left mounted", place);
    }
    throw new MountException("cannot mount at " + place + ": there are too many dead mounts");
  }

  private MountTable.@Nullable Entry mounted() throws MountException {
    try {
      return MountTable.read().at(place);
    } catch (IOException e) {
      throw new MountException("cannot read what is mounted: " + e.getMessage(), e);
    }
  }

  private void requireEmptyDirectory() throws MountException {
    if (!Files.isDirectory(place)) {
      throw new MountException(
          "cannot mount at " + place + ": it is not a directory; make it with mkdir " + place);
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place)) {
      if (files.iterator().hasNext()) {
        throw new MountException(
            "cannot mount at " + place + ": there are files in it; name an empty directory");
      }
    } catch (MountException e) {
      throw e;
    } catch (IOException e) {
      throw new MountException("cannot mount at " + place + ": " + e.getMessage(), e);
    }
  }

  /**
   * Takes the topmost mount away, by the right of this process or through fusermount3. Takes a
   * bounded time.
   *
   * @param flags of umount2
   */
  Removal unmount(int flags) {
    int errno = bounded("unmount " + place, () -> Native.unmount(place, flags), Errno.EBUSY);
    if (errno == Errno.EPERM) {
      errno = bounded("unmount " + place, () -> runFusermount(flags), Errno.EBUSY);
    }
    return switch (errno) {
      case Errno.OK -> Removal.DONE;
      case Errno.EBUSY -> Removal.BUSY;
      default -> {
        LOG.log(Level.WARNING, "unmounting {0} failed: errno {1}", place, errno);
        yield Removal.REFUSED;
      }
    };
  }

  private int runFusermount(int flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("fusermount3", "-u", "-q"));
    if ((flags & Native.MNT_DETACH) != 0) {
      command.add("-z");
    }
    command.addAll(List.of("--", place.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      return Errno.EBUSY;
    }
    // It does not tell why; mostly somebody uses the mount.
    return process.exitValue() == 0 ? Errno.OK : Errno.EBUSY;
  }

  /** Calls what may hang, as every look at a mount whose process is stopped does. */
  private static int bounded(String name, Callable<Integer> call, int whenLate) {
    FutureTask<Integer> task = new FutureTask<>(call);
    Thread.ofPlatform().name(name).daemon().start(task);
    try {
      return task.get(ANSWER_MILLIS * 2, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return whenLate;
    } catch (ExecutionException e) {
      LOG.log(Level.WARNING, name + " failed", e.getCause());
      return Errno.EIO;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return whenLate;
    }
  }
}
