package io.multipath4j.mpath.control;

import io.multipath4j.fuse.DiskMount;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventDelivery;
import io.multipath4j.sysfs.UeventSubscription;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers from the objects of this process. Any thread may call; requests on the tree run on the
 * worker, so that a large one never holds up the I/O of the caller's loop.
 */
public final class LocalControl implements MpathControl {

  private static final System.Logger LOG = System.getLogger(LocalControl.class.getName());

  private final Supplier<ProcessRequest.Answer> process;
  private final SysfsTree tree;
  private final TreeAnswers treeAnswers;
  private final ScanAnswers scanAnswers;
  private final DiskAnswers disks;
  private final Mounts mounts;
  private final Executor worker;
  private final ReservationAnswers reservations;

  /**
   * Makes one.
   *
   * @param process who this is, as of now; any thread, never waits
   * @param multipath the hosts and disks
   * @param disks answers what disks are asked
   * @param mounts where the tree and the disks are shown
   * @param worker runs requests on the tree and on mounts, several at once
   */
  public LocalControl(
      Supplier<ProcessRequest.Answer> process,
      SysfsTree tree,
      ScsiMultipath multipath,
      DiskAnswers disks,
      Mounts mounts,
      Executor worker) {
    this.process = process;
    this.tree = tree;
    this.treeAnswers = new TreeAnswers(tree);
    this.scanAnswers = new ScanAnswers(multipath);
    this.disks = disks;
    this.mounts = mounts;
    this.worker = worker;
    this.reservations = new ReservationAnswers(multipath);
  }

  @Override
  public <R extends Record> CompletionStage<R> ask(ControlRequest<R> request) {
    return answer(request).thenApply(request.answerType()::cast);
  }

  private CompletionStage<? extends Record> answer(ControlRequest<?> request) {
    return switch (request) {
      case MountRequest mount -> onWorker(() -> mountOrUnmount(mount));
      case ReservationRequest onDisk -> reservations.answer(onDisk);
      case ProcessRequest _ -> CompletableFuture.completedFuture(process.get());
      case ScanRequest scan -> scanAnswers.answer(scan);
      case TreeRequest<?> onTree -> onWorker(() -> treeAnswers.answer(onTree));
      case DiskRequest<?> toDisk -> disks.answer(toDisk);
    };
  }

  private Record mountOrUnmount(MountRequest request) throws ControlException {
    if (request.mounted()) {
      mounts.mount(request.directory());
    } else {
      mounts.unmount(request.directory());
    }
    return new TreeRequest.Done();
  }

  /** Something that is not done on the loop. */
  private interface Work<T> {
    T answer() throws ControlException;
  }

  private <T> CompletionStage<T> onWorker(Work<? extends T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    worker.execute(() -> {
      try {
        answer.complete(work.answer());
      } catch (ControlException | RuntimeException failure) {
        answer.completeExceptionally(failure);
      }
    });
    return answer;
  }

  @Override
  public CompletionStage<ControlFeed> watch(ControlWatch watch, Runnable onNews) {
    return switch (watch) {
      case ControlWatch.Uevents _ -> events(onNews);
      case ControlWatch.Mount mount -> mounted(mount.directory(), onNews);
    };
  }

  private CompletionStage<ControlFeed> mounted(String directory, Runnable onNews) {
    return onWorker(() -> {
      DiskMount mount = mounts.mount(directory);
      var _ = mount.ended().thenRun(onNews);
      return new Mounted(mount);
    });
  }

  /** A mount that ends with who wanted it. */
  private final class Mounted implements ControlFeed {

    private final DiskMount mount;

    Mounted(DiskMount mount) {
      this.mount = mount;
    }

    @Override
    public @Nullable UeventDelivery poll() throws ControlException {
      if (mount.ended().isDone()) {
        throw new ControlException("ENOTCONN", "somebody unmounted it");
      }
      return null;
    }

    @Override
    public void close() {
      try {
        worker.execute(() -> mounts.end(mount));
      } catch (RejectedExecutionException ending) {
        LOG.log(System.Logger.Level.DEBUG, "all mounts are ended with the process", ending);
      }
    }
  }

  private CompletionStage<ControlFeed> events(Runnable onNews) {
    try {
      return CompletableFuture.completedFuture(new Events(tree.uevents().subscribe(onNews)));
    } catch (IllegalStateException tooMany) {
      return CompletableFuture.failedFuture(
          new ControlException("EBUSY", String.valueOf(tooMany.getMessage()), tooMany));
    }
  }

  private record Events(UeventSubscription subscription) implements ControlFeed {

    @Override
    public @Nullable UeventDelivery poll() {
      return subscription.poll();
    }

    @Override
    public void close() {
      subscription.close();
    }
  }
}
