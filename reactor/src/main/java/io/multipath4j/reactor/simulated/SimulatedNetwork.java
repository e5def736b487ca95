package io.multipath4j.reactor.simulated;

import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.loop.LoopStream;
import io.multipath4j.reactor.loop.TimerQueue;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network of event loops under virtual time. What happens depends on the seed and on the calls
 * made, on nothing else: the same seed gives the same run.
 *
 * <p>Each loop stands for a host with one thread. Turns take no time; bytes take the latency of
 * their {@link SimulatedLink}; when nothing is left to do now, time jumps to the next event. Not
 * thread safe: one thread makes the network, steps it, and calls its loops.
 *
 * <p>Names need not resolve: an unresolved address is a place of its own, and differs from a
 * resolved one of the same name. A listener on the wildcard address serves its port at every
 * address.
 */
public final class SimulatedNetwork {

  /** Turns and events without any passing of time, after which the loops count as stuck. */
  static final int MAX_STEPS_PER_INSTANT = 1_000_000;

  private static final int FIRST_EPHEMERAL_PORT = 49_152;

  private final RandomGenerator random;
  private final Clock clock = this::nowNanos;
  private final TimerQueue events = new TimerQueue();
  private final List<SimulatedEventLoop> loops = new ArrayList<>();
  private final List<SimulatedEventLoop> runnable = new ArrayList<>();
  private final Map<Endpoint, SimulatedListener> listeners = new HashMap<>();
  private final Map<Endpoint, SimulatedLink> links = new HashMap<>();
  private @Nullable SimulatedEventLoop running;
  private long nowNanos;
  private int stepsAtThisInstant;
  private int nextPort = FIRST_EPHEMERAL_PORT;

  /** Makes an empty network at time 0. */
  public SimulatedNetwork(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns the virtual time, which all loops share. */
  public Clock clock() {
    return clock;
  }

  /**
   * Adds a host.
   *
   * @param name the host part of the local addresses of its outgoing connections
   */
  public EventLoop newLoop(String name) {
    SimulatedEventLoop loop = new SimulatedEventLoop(this, name);
    loops.add(loop);
    return loop;
  }

  /**
   * Returns the link of all connections to a portal, those that exist and those to come.
   *
   * @param portal the address that clients connect to; need not be listened on yet
   */
  public SimulatedLink link(Endpoint portal) {
    return links.computeIfAbsent(portal, key -> new SimulatedLink(this, null));
  }

  /**
   * Returns the link of one connection, from either side. What it does not set itself, it has from
   * the link of its portal.
   *
   * @throws IllegalArgumentException when the stream is not of a simulated network
   */
  public SimulatedLink link(Stream stream) {
    if (stream instanceof LoopStream one && one.transport() instanceof SimulatedEnd end) {
      return end.connection().link();
    }
    throw new IllegalArgumentException("not a stream of a simulated network: " + stream);
  }

  // ---- running

  /**
   * Does the next thing: an event of the network, or a turn of a loop; when neither is due, moves
   * time to the next one first.
   *
   * @return false if nothing will ever happen any more
   * @throws IllegalStateException when the loops are busy for ever without any passing of time
   */
  public boolean step() {
    long waitNanos = nanosToNext();
    if (waitNanos == Long.MAX_VALUE) {
      return false;
    }
    if (waitNanos > 0) {
      nowNanos += waitNanos;
      stepsAtThisInstant = 0;
    } else if (++stepsAtThisInstant > MAX_STEPS_PER_INSTANT) {
      throw new IllegalStateException(
          "event loops are busy for ever at "
              + nowNanos
              + " ns: more than "
              + stepsAtThisInstant
              + " steps without any passing of time");
    }
    events.beginTurn();
    Runnable event = events.pollExpired(nowNanos);
    if (event != null) {
      event.run();
      return true;
    }
    collectRunnable();
    SimulatedEventLoop loop = runnable.get(random.nextInt(runnable.size()));
    running = loop;
    try {
      loop.turn(random);
    } finally {
      running = null;
    }
    return true;
  }

  /**
   * Steps for this long. Afterwards exactly that time has passed, whatever happened.
   *
   * @param nanos of virtual time
   */
  public void runFor(long nanos) {
    runUntil(() -> false, nanos);
  }

  /**
   * Steps until the condition holds.
   *
   * @param maxNanos the longest to go on for, in virtual nanoseconds from now
   * @return whether the condition holds; if not, exactly {@code maxNanos} have passed
   */
  public boolean runUntil(BooleanSupplier condition, long maxNanos) {
    long endNanos = nowNanos + maxNanos;
    while (!condition.getAsBoolean()) {
      if (nanosToNext() > endNanos - nowNanos) {
        nowNanos = endNanos;
        stepsAtThisInstant = 0;
        return condition.getAsBoolean();
      }
      step();
    }
    return true;
  }

  private long nanosToNext() {
    long nanos = events.nanosToNext(nowNanos);
    for (SimulatedEventLoop loop : loops) {
      nanos = Math.min(nanos, loop.nanosToNext());
    }
    return nanos;
  }

  private void collectRunnable() {
    runnable.clear();
    for (SimulatedEventLoop loop : loops) {
      if (loop.nanosToNext() == 0) {
        runnable.add(loop);
      }
    }
  }

  // ---- for the loops, links and connections

  RandomGenerator random() {
    return random;
  }

  long nowNanos() {
    return nowNanos;
  }

  void at(long timeNanos, Runnable event) {
    events.add(timeNanos, event);
  }

  /** Tells whether code of this loop may run now: in its turn, or between turns. */
  boolean isTurnOf(SimulatedEventLoop loop) {
    return running == null || running.equals(loop);
  }

  int nextPort() {
    return nextPort++;
  }

  Endpoint bind(Endpoint wanted, SimulatedListener listener) throws IOException {
    Endpoint local = wanted;
    if (wanted instanceof Endpoint.Tcp(InetSocketAddress address) && address.getPort() == 0) {
      int port = nextPort();
      local =
          new Endpoint.Tcp(
              address.isUnresolved()
                  ? InetSocketAddress.createUnresolved(address.getHostString(), port)
                  : new InetSocketAddress(address.getAddress(), port));
    }
    if (listeners.putIfAbsent(local, listener) != null) {
      throw new BindException("cannot listen on " + local + ": address already in use");
    }
    return local;
  }

  void unbind(Endpoint local) {
    listeners.remove(local);
  }

  @Nullable SimulatedListener listenerAt(Endpoint remote) {
    SimulatedListener exact = listeners.get(remote);
    if (exact != null || !(remote instanceof Endpoint.Tcp(InetSocketAddress address))) {
      return exact;
    }
    return listeners.get(new Endpoint.Tcp(new InetSocketAddress(address.getPort())));
  }
}
