package io.multipath4j.simulation;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;

/** A loop that forgets one of the tasks it was to run at the end of a turn. */
final class ForgetfulLoop implements EventLoop {

  private final EventLoop loop;
  private int untilForgotten;

  /**
   * @param forgotten which task is forgotten, from 1
   */
  ForgetfulLoop(EventLoop loop, int forgotten) {
    this.loop = loop;
    this.untilForgotten = forgotten;
  }

  @Override
  public void defer(Runnable task) {
    untilForgotten--;
    if (untilForgotten != 0) {
      loop.defer(task);
    }
  }

  @Override
  public Clock clock() {
    return loop.clock();
  }

  @Override
  public boolean inEventLoop() {
    return loop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    return loop.schedule(delayNanos, task);
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    return loop.connect(remote, handler);
  }

  @Override
  public Listener listen(Endpoint local, Acceptor acceptor) throws IOException {
    return loop.listen(local, acceptor);
  }
}
