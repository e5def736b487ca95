package io.multipath4j.reactor.simulated;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import io.multipath4j.reactor.loop.LoopCore;
import io.multipath4j.reactor.loop.LoopStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** One host of a simulated network. */
final class SimulatedEventLoop implements EventLoop {

  private final SimulatedNetwork network;
  private final String name;
  private final LoopCore core;

  /** What has something to do in the next turn, each once. */
  private List<Runnable> ready = new ArrayList<>();

  SimulatedEventLoop(SimulatedNetwork network, String name) {
    this.network = network;
    this.name = name;
    this.core = new LoopCore(network.clock());
  }

  /** Returns the nanoseconds until this loop has something to do, MAX_VALUE for never. */
  long nanosToNext() {
    return ready.isEmpty() && !core.hasWork() ? core.nanosToNextTimer() : 0;
  }

  void turn(RandomGenerator random) {
    core.beginTurn();
    List<Runnable> now = ready;
    ready = new ArrayList<>();
    Collections.shuffle(now, random);
    for (Runnable one : now) {
      one.run();
    }
    core.endTurn();
  }

  void markReady(Runnable one) {
    ready.add(one);
  }

  LoopStream newStream(SimulatedEnd end, Endpoint remote, StreamHandler handler) {
    LoopStream stream = new LoopStream(core, end, remote, handler);
    end.attach(this, stream);
    return stream;
  }

  @Override
  public Clock clock() {
    return network.clock();
  }

  @Override
  public boolean inEventLoop() {
    return network.isTurnOf(this);
  }

  @Override
  public void execute(Runnable task) {
    core.post(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    checkTurn();
    return core.schedule(delayNanos, task);
  }

  @Override
  public void defer(Runnable task) {
    checkTurn();
    core.defer(task);
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    checkTurn();
    Endpoint local =
        switch (remote) {
          case Endpoint.Tcp tcp ->
              new Endpoint.Tcp(InetSocketAddress.createUnresolved(name, network.nextPort()));
          // A client's end of a Unix socket has no name.
          case Endpoint.Unix unix -> new Endpoint.Unix(Path.of(""));
        };
    SimulatedConnection connection = new SimulatedConnection(network, local, remote);
    LoopStream stream = newStream(connection.client(), remote, handler);
    connection.start();
    return stream;
  }

  @Override
  public Listener listen(Endpoint local, Acceptor acceptor) throws IOException {
    checkTurn();
    return new SimulatedListener(network, this, local, acceptor);
  }

  private void checkTurn() {
    if (!inEventLoop()) {
      throw new IllegalStateException(
          "event loop " + name + " was called in the turn of another; use execute()");
    }
  }

  @Override
  public String toString() {
    return "simulated event loop " + name;
  }
}
