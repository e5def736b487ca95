package io.multipath4j.mpath.demo;

import io.multipath4j.array.server.Portal;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.reactor.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The main job, shown: a disk behind two portals under a verifying load, while one portal is cut
 * and restored, and then the other falls silent and is restored.
 */
public final class Demo {

  /** Size of the demo's disk, all of which the load uses. */
  private static final long DISK_BYTES = 64L << 20;

  /** How often the screen and the waiting conditions look. */
  private static final long TICK_MILLIS = 50;

  /** Longest wait for a fault to be noticed, or for a path to come back. */
  private static final long NOTICE_LIMIT_MILLIS = 10_000;

  private static final long FINISH_LIMIT_MILLIS = 60_000;

  /** Share of the duration, in percent, of each of the three calm phases. */
  private static final int CALM = 20;

  /** Share of the duration, in percent, of each of the two faults. */
  private static final int FAULT = 20;

  /**
   * What happens to a portal.
   *
   * @param word for it
   * @param begin makes it happen
   * @param end repairs it
   */
  private record Fault(String word, Consumer<Portal> begin, Consumer<Portal> end) {

    /** Connections are reset, new ones refused. */
    static final Fault CUT = new Fault("cut", Portal::cut, Portal::restore);

    /**
     * Packets vanish both ways, as in a broken network: what was sent into the silence is lost, so
     * the connections of before do not come back to life.
     */
    static final Fault SILENCE =
        new Fault(
            "silenced",
            Portal::blackHole,
            portal -> {
              portal.resetConnections();
              portal.restore();
            });
  }

  private final Duration duration;
  private final long seed;
  private final DemoScreen screen;

  /**
   * Makes a demo.
   *
   * @param duration of the load, about: faults last at least until they were noticed
   * @param seed of the load
   * @param terminal whether the report's output can redraw lines
   */
  public Demo(Duration duration, long seed, Report report, boolean terminal) {
    this.duration = duration;
    this.seed = seed;
    this.screen = new DemoScreen(report, terminal);
  }

  /**
   * Runs it and reports.
   *
   * @return true when every byte was right and each fault was survived
   * @throws InterruptedException when the user stops it; nothing is left behind
   */
  public boolean run() throws CommandFailure, InterruptedException {
    try (DemoRig rig = new DemoRig(screen, LoadPlan.mixed(DISK_BYTES), seed)) {
      screen.begin(rig);
      Loops.await(
          Loops.call(
              rig.loadLoop(),
              () -> {
                rig.load().start();
                return true;
              }),
          NOTICE_LIMIT_MILLIS,
          "starting the load");
      List<Failover> failovers = new ArrayList<>();
      watch(rig, share(CALM));
      failovers.add(survive(rig, rig.portals().get(0), Fault.CUT));
      watch(rig, share(CALM));
      failovers.add(survive(rig, rig.portals().get(1), Fault.SILENCE));
      watch(rig, share(CALM));
      LoadResult result = finish(rig);
      screen.end(result, failovers);
      return result.isRight();
    }
  }

  private Failover survive(DemoRig rig, Portal portal, Fault fault)
      throws CommandFailure, InterruptedException {
    String address = portal.address().toString();
    Clock clock = rig.loadLoop().clock();
    nextSpan(rig);
    screen.say("fault", fault.word + " " + address);
    long faultNanos = clock.nanoTime();
    fault.begin.accept(portal);
    watchUntil(
        rig,
        "the loss of " + address + " to be noticed",
        () -> rig.pathTimes().lostAfter(address, faultNanos) >= 0);
    long already = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - faultNanos);
    watch(rig, Math.max(0, share(FAULT) - already));
    long noticedNanos = rig.pathTimes().lostAfter(address, faultNanos);
    StallWatch.Span span = nextSpan(rig);
    screen.say("restore", "restored " + address);
    long repairNanos = clock.nanoTime();
    fault.end.accept(portal);
    watchUntil(
        rig,
        address + " to be used again",
        () -> rig.pathTimes().foundAfter(address, repairNanos) >= 0);
    return new Failover(
        fault.word,
        address,
        noticedNanos,
        span.longestWaitNanos(),
        span.longestSilenceNanos(),
        rig.pathTimes().foundAfter(address, repairNanos));
  }

  private LoadResult finish(DemoRig rig) throws CommandFailure, InterruptedException {
    CompletableFuture<LoadResult> done = new CompletableFuture<>();
    rig.loadLoop().execute(() -> rig.load().finish(done::complete));
    screen.say("verify", "reading the whole disk once more");
    return Loops.await(done, FINISH_LIMIT_MILLIS, "the final verification");
  }

  private static StallWatch.Span nextSpan(DemoRig rig) throws CommandFailure, InterruptedException {
    return Loops.await(
        Loops.call(rig.loadLoop(), rig.load()::nextSpan), NOTICE_LIMIT_MILLIS, "the load's loop");
  }

  private long share(int percent) {
    return duration.toMillis() * percent / 100;
  }

  private void watch(DemoRig rig, long millis) throws CommandFailure, InterruptedException {
    long end = rig.loadLoop().clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (rig.loadLoop().clock().nanoTime() - end < 0) {
      tick(rig);
    }
  }

  private void watchUntil(DemoRig rig, String what, BooleanSupplier seen)
      throws CommandFailure, InterruptedException {
    Clock clock = rig.loadLoop().clock();
    long end = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(NOTICE_LIMIT_MILLIS);
    while (!seen.getAsBoolean()) {
      if (clock.nanoTime() - end >= 0) {
        throw new CommandFailure("waited " + NOTICE_LIMIT_MILLIS + " ms in vain for " + what);
      }
      tick(rig);
    }
  }

  /** Waits for a moment, and fails when the client has lost its connection. */
  private void tick(DemoRig rig) throws CommandFailure, InterruptedException {
    try {
      rig.broken().get(TICK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException nothingHappened) {
      screen.tick(rig);
    } catch (ExecutionException lost) {
      throw new CommandFailure("the NBD client lost its server: " + lost.getMessage(), lost);
    }
  }
}
