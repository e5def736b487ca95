package io.multipath4j.mpath.console;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a command, which blocks, talks to an event loop, which does not. */
public final class Loops {

  private Loops() {}

  /**
   * Starts a loop with a thread of its own.
   *
   * @throws CommandFailure when the system gives it no selector
   */
  public static NioEventLoop start(String name) throws CommandFailure {
    try {
      NioEventLoop loop = new NioEventLoop();
      loop.start(name);
      return loop;
    } catch (IOException e) {
      throw new CommandFailure("cannot start an event loop: " + e.getMessage(), e);
    }
  }

  /** Runs a task on a loop; its result, or the exception that it threw, completes the future. */
  public static <T> CompletableFuture<T> call(EventLoop loop, Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        result.complete(task.call());
      } catch (Exception failure) {
        result.completeExceptionally(failure);
      }
    });
    return result;
  }

  /** Runs a task on a loop that itself ends later. */
  public static <T> CompletableFuture<T> compose(
      EventLoop loop, Callable<? extends CompletionStage<T>> task) {
    return call(loop, task).thenCompose(stage -> stage);
  }

  /**
   * Waits for a result.
   *
   * @throws CommandFailure with the failure's own message, when the future fails with a checked
   *     exception or when the time is up
   * @throws InterruptedException when the user stops the command
   */
  public static <T> T await(CompletableFuture<T> future, long timeoutMillis, String what)
      throws CommandFailure, InterruptedException {
    try {
      return future.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new CommandFailure(what + " took longer than " + timeoutMillis + " ms", late);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof CommandFailure own) {
        throw own;
      }
      if (cause == null || cause instanceof Error || isBug(cause)) {
        throw new IllegalStateException(what + " failed", cause);
      }
      throw new CommandFailure(String.valueOf(cause.getMessage()), cause);
    }
  }

  private static boolean isBug(Throwable cause) {
    return cause instanceof NullPointerException
        || cause instanceof IllegalStateException
        || cause instanceof IndexOutOfBoundsException
        || cause instanceof ClassCastException;
  }
}
