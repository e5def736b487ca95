package io.multipath4j.libmultipath;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** An event loop without streams whose turns and time the test makes. */
final class ManualLoop implements EventLoop {

  private record Due(long atNanos, long order, Runnable task) {}

  /** Any origin will do; this one makes time overflow soon. */
  private static final long ORIGIN_NANOS = Long.MAX_VALUE - 20_000_000;

  private final Thread owner = Thread.currentThread();
  private final ConcurrentLinkedQueue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>((a, b) ->
          a.atNanos == b.atNanos
              ? Long.compare(a.order, b.order)
              : Long.signum(a.atNanos - b.atNanos));
  private volatile boolean closed;
  private long nowNanos = ORIGIN_NANOS;
  private long order;
  private final Clock clock = () -> nowNanos;

  /** Runs what is due now, turn after turn, until nothing is. */
  void run() {
    boolean busy = true;
    while (busy) {
      busy = turn();
    }
  }

  /** Makes one turn; tells whether it did anything. */
  boolean turn() {
    boolean busy = false;
    for (Due due = timers.peek(); due != null && due.atNanos - nowNanos <= 0; due = timers.peek()) {
      timers.remove();
      due.task.run();
      busy = true;
    }
    for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
      task.run();
      busy = true;
    }
    for (int left = deferred.size(); left > 0; left--) {
      deferred.remove().run();
      busy = true;
    }
    return busy;
  }

  /** Lets time pass, stopping at every timer. */
  void advanceMillis(long millis) {
    long end = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    run();
    for (Due due = timers.peek(); due != null && due.atNanos - end <= 0; due = timers.peek()) {
      nowNanos = due.atNanos;
      run();
    }
    nowNanos = end;
    run();
  }

  long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos - ORIGIN_NANOS);
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public boolean inEventLoop() {
    return Thread.currentThread().equals(owner);
  }

  /** From now on, as after the end of a loop, nothing is taken any more. */
  void close() {
    closed = true;
  }

  @Override
  public void execute(Runnable task) {
    if (closed) {
      throw new RejectedExecutionException("the loop is closed");
    }
    mailbox.add(task);
  }

  @Override
  public void defer(Runnable task) {
    deferred.add(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Due due = new Due(nowNanos + delayNanos, order++, task);
    timers.add(due);
    return () -> timers.remove(due);
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Listener listen(Endpoint local, Acceptor acceptor) {
    throw new UnsupportedOperationException();
  }
}
