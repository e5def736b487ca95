package io.multipath4j.reactor;

import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * One thread that owns its streams and all their state, so that code on it needs no lock.
 *
 * <p>A turn of the loop polls, reads each ready stream once and calls its handler, runs expired
 * timers and posted tasks, then the deferred tasks, and at last writes what each stream was given
 * in this turn with one gathering write per stream.
 */
public interface EventLoop extends Executor, Scheduler {

  /** Returns the time of this loop. Callable from any thread. */
  Clock clock();

  /**
   * Returns the time of this turn: that of {@link #clock} when it was first asked for in the turn,
   * and between turns that of now. For what is done for every I/O, such as statistics and
   * deadlines: a turn carries many I/Os, reading a clock costs as much as a part of one, and none
   * of them needs it finer than a turn. Loop thread only.
   */
  default long turnNanos() {
    return clock().nanoTime();
  }

  /** Tells whether the caller runs on this loop. Callable from any thread. */
  boolean inEventLoop();

  /**
   * Posts a task to a later turn. Callable from any thread; tasks of one thread keep their order.
   *
   * @throws java.util.concurrent.RejectedExecutionException when the mailbox is full or the loop is
   *     closed
   */
  @Override
  void execute(Runnable task);

  /**
   * Runs {@code task} at the end of this turn, before the streams are flushed. This is how work of
   * a turn is coalesced. Loop thread only.
   */
  void defer(Runnable task);

  /**
   * Starts to connect. The outcome is told to {@code handler}: {@code onConnected}, or {@code
   * onClosed} with the cause; never inside this call. There is no time limit here: the caller
   * closes the stream when it has waited long enough. Loop thread only.
   */
  Stream connect(Endpoint remote, StreamHandler handler);

  /**
   * Binds and listens. A Unix socket is created with mode 0600; a stale socket file of a dead
   * server is replaced, a live one is not. Loop thread only.
   *
   * @param local where; TCP port 0 takes a free one, see {@link Listener#local()}
   * @throws IOException when the address is in use, malformed or not permitted
   */
  Listener listen(Endpoint local, Acceptor acceptor) throws IOException;
}
