package io.multipath4j.scsi;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** An event loop without streams whose time the test moves. */
final class ManualLoop implements EventLoop {

  private static final class Task implements Timer {
    final long atNanos;
    final long order;
    final Runnable body;
    boolean cancelled;

    Task(long atNanos, long order, Runnable body) {
      this.atNanos = atNanos;
      this.order = order;
      this.body = body;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private final Deque<Runnable> posted = new ArrayDeque<>();
  private final PriorityQueue<Task> timers =
      new PriorityQueue<>(
          Comparator.comparingLong((Task t) -> t.atNanos).thenComparingLong(t -> t.order));
  private long nowNanos = 1_000_000_000L;
  private final Clock clock = () -> nowNanos;
  private long order;
  long scheduled;

  /** Runs everything that is due, then moves the time to each timer within {@code millis}. */
  void advance(long millis) {
    long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    runPosted();
    for (Task t = timers.peek(); t != null && t.atNanos <= until; t = timers.peek()) {
      timers.poll();
      if (!t.cancelled) {
        nowNanos = Math.max(nowNanos, t.atNanos);
        t.body.run();
        runPosted();
      }
    }
    nowNanos = until;
  }

  void run() {
    advance(0);
  }

  boolean hasTimers() {
    return timers.stream().anyMatch(t -> !t.cancelled);
  }

  private void runPosted() {
    for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
      task.run();
    }
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public boolean inEventLoop() {
    return true;
  }

  @Override
  public void execute(Runnable task) {
    posted.add(task);
  }

  @Override
  public void defer(Runnable task) {
    posted.add(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Task timer = new Task(nowNanos + delayNanos, order++, task);
    timers.add(timer);
    scheduled++;
    return timer;
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
