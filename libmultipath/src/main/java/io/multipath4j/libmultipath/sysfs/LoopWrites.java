package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Applies what was written to an attribute on the loop that owns its object. The writer's thread
 * judges the text first, then waits here for the outcome; a writer that is on the loop itself does
 * not wait. Any thread.
 */
public final class LoopWrites {

  /** Longest time until the loop takes a change, in milliseconds. */
  public static final long TAKE_MILLIS = 5_000;

  /** Longest time until an operation that talks to a device has ended, in milliseconds. */
  public static final long FINISH_MILLIS = 60_000;

  private LoopWrites() {}

  /**
   * Makes a change on the loop and returns when it is made.
   *
   * @throws SysfsException what the change itself throws; {@code ETIMEDOUT} when the loop did not
   *     take it in time, {@code EIO} when the loop is closed; then nothing has changed
   */
  public static void apply(EventLoop loop, Runnable change) {
    start(
        loop,
        () -> {
          change.run();
          return CompletableFuture.completedFuture(null);
        });
  }

  /**
   * Starts an operation on the loop, and off the loop waits until it has ended.
   *
   * @throws SysfsException as {@link #apply}; {@code EIO} when it fails, {@code ETIMEDOUT} when it
   *     has not ended in time and goes on
   */
  public static void start(EventLoop loop, Supplier<? extends CompletionStage<?>> operation) {
    CompletableFuture<CompletableFuture<?>> taken = new CompletableFuture<>();
    if (loop.inEventLoop()) {
      take(operation, taken);
      CompletableFuture<?> ended = await(taken, 0);
      if (ended.isDone()) {
        await(ended, 0);
      }
      return;
    }
    AtomicBoolean claimed = new AtomicBoolean();
    try {
      loop.execute(() -> {
        if (claimed.compareAndSet(false, true)) {
          take(operation, taken);
        }
      });
    } catch (RejectedExecutionException e) {
      throw new SysfsException(
          SysfsErrno.EIO, "the event loop takes no changes: " + e.getMessage());
    }
    if (!isDone(taken, TAKE_MILLIS) && claimed.compareAndSet(false, true)) {
      throw new SysfsException(
          SysfsErrno.ETIMEDOUT,
          "the event loop did not take the change within " + TAKE_MILLIS + " ms; nothing changed");
    }
    await(await(taken, TAKE_MILLIS), FINISH_MILLIS);
  }

  private static void take(
      Supplier<? extends CompletionStage<?>> operation,
      CompletableFuture<CompletableFuture<?>> taken) {
    try {
      taken.complete(operation.get().toCompletableFuture());
    } catch (RuntimeException e) {
      taken.completeExceptionally(e);
    }
  }

  private static boolean isDone(CompletableFuture<?> future, long millis) {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static <T> T await(CompletableFuture<T> future, long millis) {
    try {
      return future.isDone() ? future.join() : future.get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw refusal(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new SysfsException(
          SysfsErrno.ETIMEDOUT, "it has not ended within " + millis + " ms, and goes on");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SysfsException(SysfsErrno.EINTR, "the writer was interrupted; the change goes on");
    }
  }

  private static SysfsException refusal(Throwable failure) {
    if (failure instanceof SysfsException refused) {
      return refused;
    }
    String message = failure.getMessage();
    SysfsErrno errno =
        failure instanceof IllegalArgumentException ? SysfsErrno.EINVAL : SysfsErrno.EIO;
    SysfsException refused =
        new SysfsException(errno, message == null ? failure.toString() : message);
    refused.initCause(failure);
    return refused;
  }
}
