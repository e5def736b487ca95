package io.multipath4j.mpath.control;

import java.util.concurrent.CompletionStage;

/**
 * What a process that attaches can be asked. One implementation is over the process's own objects
 * ({@link LocalControl}), one over a socket to another process ({@link ControlClient}).
 *
 * <p>Nothing here waits for a path. Failures arrive through the stages, as a {@link
 * ControlException}. Which threads may call is said by each implementation.
 */
public interface MpathControl {

  /**
   * Asks for something that is answered once.
   *
   * @return the answer; completed on any thread
   */
  <R extends Record> CompletionStage<R> ask(ControlRequest<R> request);

  /**
   * Begins something that lasts until its feed is closed.
   *
   * @param onNews called, on any thread, when the feed may have something to poll; it wakes the
   *     reader and does no more
   * @return the feed, once it has begun; completed on any thread
   */
  CompletionStage<ControlFeed> watch(ControlWatch watch, Runnable onNews);
}
