package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** An event loop without streams whose time a test moves; it runs on the test's thread. */
final class ManualLoop implements EventLoop {

  private record Due(long atNanos, long sequence, Runnable task, AtomicBoolean cancelled) {}

  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::sequence));
  private final Deque<Runnable> posted = new ArrayDeque<>();
  private final List<Runnable> deferred = new ArrayList<>();
  private long nowNanos;
  private long sequence;

  /** Runs turns until nothing is due within the next {@code millis}. */
  void runMillis(long millis) {
    long end = nowNanos + millis * 1_000_000;
    runUntil(() -> false, end);
    nowNanos = end;
  }

  /** Runs turns until the condition holds, ten virtual minutes at most; tells whether it does. */
  boolean runUntil(BooleanSupplier condition) {
    return runUntil(condition, nowNanos + 600_000_000_000L);
  }

  private boolean runUntil(BooleanSupplier condition, long end) {
    while (!condition.getAsBoolean()) {
      if (!turn(end)) {
        return condition.getAsBoolean();
      }
    }
    return true;
  }

  private boolean turn(long end) {
    boolean worked = false;
    if (posted.isEmpty() && deferred.isEmpty()) {
      Due next = timers.peek();
      if (next == null || next.atNanos > end) {
        return false;
      }
      timers.poll();
      nowNanos = Math.max(nowNanos, next.atNanos);
      worked = true;
      if (!next.cancelled.get()) {
        next.task.run();
      }
    }
    for (int n = posted.size(); n > 0; n--) {
      posted.poll().run();
      worked = true;
    }
    while (!deferred.isEmpty()) {
      deferred.removeFirst().run();
      worked = true;
    }
    return worked;
  }

  @Override
  public Clock clock() {
    return () -> nowNanos;
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
    deferred.add(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    AtomicBoolean cancelled = new AtomicBoolean();
    timers.add(new Due(nowNanos + delayNanos, sequence++, task, cancelled));
    return () -> cancelled.set(true);
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    throw new UnsupportedOperationException("this loop has no streams");
  }

  @Override
  public Listener listen(Endpoint local, Acceptor acceptor) {
    throw new UnsupportedOperationException("this loop has no streams");
  }
}
