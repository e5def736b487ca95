package io.multipath4j.nbd;

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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loop whose turns, time and bytes a test moves by hand. */
final class FakeLoop implements EventLoop {

  private final List<Alarm> alarms = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
  private final List<FakeStream> streams = new ArrayList<>();
  private @Nullable Acceptor acceptor;
  private long nowNanos = 1;
  boolean listening;

  private final class Alarm implements Timer {
    private final long atNanos;
    private final Runnable task;

    Alarm(long atNanos, Runnable task) {
      this.atNanos = atNanos;
      this.task = task;
    }

    @Override
    public void cancel() {
      alarms.remove(this);
    }
  }

  /** Connects a client; the handler has been told that it is connected. Null when refused. */
  @Nullable FakeStream connect() {
    FakeStream stream = new FakeStream();
    StreamHandler handler = acceptor.accept(stream.remote());
    if (handler == null) {
      return null;
    }
    stream.handler = handler;
    streams.add(stream);
    handler.onConnected(stream);
    turn();
    return stream;
  }

  /** One turn without new bytes: due timers, tasks, deferred tasks, flush. */
  void turn() {
    turn(List.copyOf(alarms));
  }

  private void turn(List<Alarm> old) {
    for (Alarm alarm : old) {
      if (alarm.atNanos <= nowNanos && alarms.remove(alarm)) {
        alarm.task.run();
      }
    }
    for (int count = tasks.size(); count > 0; count--) {
      tasks.removeFirst().run();
    }
    for (int round = 0; round < 8; round++) {
      for (int count = deferred.size(); count > 0; count--) {
        deferred.removeFirst().run();
      }
      streams.forEach(FakeStream::flush);
    }
    streams.removeIf(Stream::isClosed);
  }

  /** Turns until bytes, timers and tasks that are due have had their effect. */
  void settle() {
    boolean moved;
    int turns = 0;
    do {
      moved = false;
      List<Alarm> old = List.copyOf(alarms); // one that a read sets is for a later turn
      for (FakeStream stream : List.copyOf(streams)) {
        moved |= stream.deliver();
      }
      turn(old);
      moved |= !tasks.isEmpty() || !deferred.isEmpty() || alarms.stream().anyMatch(this::isDue);
      moved |= streams.stream().anyMatch(stream -> stream.reading && stream.undelivered() > 0);
      if (++turns > 100_000) {
        throw new AssertionError("the loop does not come to rest");
      }
    } while (moved);
  }

  private boolean isDue(Alarm alarm) {
    return alarm.atNanos <= nowNanos;
  }

  void pass(long millis) {
    nowNanos += millis * 1_000_000;
    settle();
  }

  int timerCount() {
    return alarms.size();
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
    tasks.addLast(task);
  }

  @Override
  public void defer(Runnable task) {
    deferred.addLast(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Alarm alarm = new Alarm(nowNanos + delayNanos, task);
    alarms.add(alarm);
    return alarm;
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    throw new UnsupportedOperationException("this loop has listeners only");
  }

  @Override
  public Listener listen(Endpoint local, Acceptor theAcceptor) {
    acceptor = theAcceptor;
    listening = true;
    return new Listener() {
      @Override
      public Endpoint local() {
        return local;
      }

      @Override
      public void close() {
        listening = false;
      }
    };
  }
}
