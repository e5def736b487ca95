package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Ioctl;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what is no I/O on one path that the policy chooses: no second attempt, no other path. The
 * path counts as used until the answer is there, so that who waits for its users waits for it.
 */
final class PathCalls<P> {

  private static final System.Logger LOG = System.getLogger(PathCalls.class.getName());

  private final MpathHead<P> head;
  private final PathTable<P> table;
  private final ReadEpoch epoch = new ReadEpoch();

  PathCalls(MpathHead<P> head, PathTable<P> table) {
    this.head = head;
    this.table = table;
  }

  /** Returns what completes when every call of now has ended. */
  CompletionStage<Void> synchronize() {
    return epoch.synchronize();
  }

  /** Calls one path; AGAIN when there is none. */
  BlockStatus callOne(Function<? super MpathDevice<P>, BlockStatus> call) {
    ReadEpoch.Generation reading = epoch.enter();
    try {
      MpathDevice<P> path = choose();
      return path == null ? BlockStatus.AGAIN : call.apply(path);
    } finally {
      epoch.exit(reading);
    }
  }

  /** Calls every path, in order. */
  void callAll(Consumer<? super MpathDevice<P>> call) {
    ReadEpoch.Generation reading = epoch.enter();
    try {
      for (MpathDevice<P> path : table.paths()) {
        call.accept(path);
      }
    } finally {
      epoch.exit(reading);
    }
  }

  /**
   * Calls one path.
   *
   * @param what for messages
   * @param withoutPath how it fails when there is no path
   */
  <T> CompletableFuture<T> call(
      String what, BlockStatus withoutPath, Function<MpathDevice<P>, CompletableFuture<T>> call) {
    ReadEpoch.Generation reading = epoch.enter();
    MpathDevice<P> path = choose();
    if (path == null) {
      epoch.exit(reading);
      return noPath(what, withoutPath);
    }
    return run(what, path, call, () -> epoch.exit(reading));
  }

  /** Passes a request to one path, pinning what it uses if the driver wants it so. */
  CompletableFuture<Void> ioctl(
      Ioctl request, Function<MpathDevice<P>, CompletableFuture<Void>> call) {
    ReadEpoch.Generation reading = epoch.enter();
    MpathDevice<P> path = choose();
    if (path == null) {
      epoch.exit(reading);
      return noPath(request.description(), BlockStatus.AGAIN);
    }
    IoctlPinning.Pin pin;
    try {
      pin =
          head.template()
              .ioctlPinning()
              .map(by -> by.begin(path.driverPath(), request))
              .orElse(null);
    } catch (RuntimeException e) {
      epoch.exit(reading);
      return broken(request.description(), path, e);
    }
    if (pin == null) {
      return run(request.description(), path, call, () -> epoch.exit(reading));
    }
    epoch.exit(reading);
    return run(request.description(), path, call, pin::finish);
  }

  private <T> CompletableFuture<T> run(
      String what,
      MpathDevice<P> path,
      Function<MpathDevice<P>, CompletableFuture<T>> call,
      Runnable whenDone) {
    CompletionStage<T> answer;
    try {
      answer = call.apply(path);
    } catch (RuntimeException e) {
      answer = broken(what, path, e);
    }
    // The caller's future is another one: cancelling it must not end the use of the path.
    CompletableFuture<T> result = new CompletableFuture<>();
    answer.whenComplete((value, failure) -> {
      letGo(what, path, whenDone);
      if (failure == null) {
        result.complete(value);
      } else {
        result.completeExceptionally(failure);
      }
    });
    return result;
  }

  /** The caller gets its answer whatever the driver does in the end. */
  private static void letGo(String what, MpathDevice<?> path, Runnable whenDone) {
    try {
      whenDone.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, what + ": path " + path + " was not let go", e);
    }
  }

  private <T> CompletableFuture<T> noPath(String what, BlockStatus status) {
    return CompletableFuture.failedFuture(
        head.isRemoved()
            ? BlockOperationException.gone(what + ": " + head.name() + " was removed")
            : BlockOperationException.of(
                status, what + ": " + head.name() + " has no usable path now"));
  }

  /** Chooses a path; null when there is none, or the disk was removed. */
  private @Nullable MpathDevice<P> choose() {
    return head.isRemoved() ? null : head.chooser().selectAny();
  }

  private static <T> CompletableFuture<T> broken(
      String what, MpathDevice<?> path, RuntimeException cause) {
    LOG.log(System.Logger.Level.ERROR, what + ": path " + path + " has a defect", cause);
    return CompletableFuture.failedFuture(
        BlockOperationException.of(
            BlockStatus.IOERR, what + ": path " + path + " failed: " + cause));
  }
}
