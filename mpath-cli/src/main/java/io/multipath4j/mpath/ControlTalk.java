package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.ControlFeed;
import io.multipath4j.mpath.control.ControlRequest;
import io.multipath4j.mpath.control.ControlWatch;
import io.multipath4j.mpath.control.MpathControl;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A command's conversation with another process: it asks and waits. */
final class ControlTalk implements AutoCloseable {

  private final NioEventLoop loop;
  private final MpathControl control;

  ControlTalk(NioEventLoop loop, MpathControl control) {
    this.loop = loop;
    this.control = control;
  }

  /**
   * Asks.
   *
   * @throws ControlException when it is refused, or not answered
   */
  <R extends Record> R ask(ControlRequest<R> request)
      throws ControlException, CommandFailure, InterruptedException {
    return await(control.ask(request).toCompletableFuture());
  }

  /**
   * Begins to watch.
   *
   * @throws ControlException when it is refused, or not answered
   */
  ControlFeed watch(ControlWatch watch, Runnable onNews)
      throws ControlException, CommandFailure, InterruptedException {
    return await(control.watch(watch, onNews).toCompletableFuture());
  }

  /** Control has time limits of its own. */
  private static <T> T await(CompletableFuture<T> answer)
      throws ControlException, CommandFailure, InterruptedException {
    CompletableFuture<Object> settled =
        answer.handle((result, failure) -> failure == null ? result : cause(failure));
    Object outcome = Loops.await(settled, Long.MAX_VALUE, "asking the process");
    if (outcome instanceof ControlException refused) {
      throw refused;
    }
    return answer.join();
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  @Override
  public void close() {
    loop.close();
  }
}
