package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Runs operations one at a time, in the order in which they came. Loop thread only. */
final class OperationQueue {

  /** Most operations that wait: an admission for each path, and some requests. */
  static final int MAX_WAITING = 256;

  private final String name;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  OperationQueue(String name) {
    this.name = name;
  }

  boolean isIdle() {
    return !running;
  }

  /** Runs an operation in its turn; its steps are bounded in time by themselves. */
  <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> operation) {
    if (waiting.size() >= MAX_WAITING) {
      return Failure.future(
          BlockStatus.RESOURCE,
          name + ": more than " + MAX_WAITING + " operations on its reservations wait");
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    waiting.add(() -> {
      var _ =
          begin(operation)
              .whenComplete((value, failure) -> {
                running = false;
                if (failure == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(Failure.cause(failure));
                }
                next();
              });
    });
    next();
    return result;
  }

  private static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> operation) {
    return CompletableFuture.completedFuture(operation).thenCompose(Supplier::get);
  }

  private void next() {
    if (!running) {
      Runnable first = waiting.poll();
      if (first != null) {
        running = true;
        first.run();
      }
    }
  }
}
