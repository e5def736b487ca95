package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.libmultipath.MpathHeadSnapshot;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Two hosts and one disk, under virtual time. One host registers, reserves, changes its mind and
 * writes all the time, while its paths are cut, return, come late and leave; in half of the runs
 * the other host takes the disk away at some moment. What must hold:
 *
 * <ol>
 *   <li>no write of the first host conflicts before the other one begins to preempt,
 *   <li>no write that it submits after the preemption succeeds,
 *   <li>in the end it is registered on every path, or after a preemption on none,
 *   <li>counters are zero.
 * </ol>
 */
final class ReservationSimulation {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TROUBLE_NANOS = 15 * SECOND;
  private static final long SETTLE_NANOS = 90 * SECOND;
  private static final String TARGET = "iqn.2026-01.example:shared";
  private static final long THEIR_KEY = 0xBBBB;

  private static final List<PersistentReservations.Type> TYPES =
      List.of(PersistentReservations.Type.values());

  private final SplittableRandom random;
  private final SimulatedNetwork network;
  private final Trace trace;
  private final EmulatedArray array;
  private final EventLoop fate;
  private final EventLoop arrayLoop;
  private final ReservingHost ours;
  private final ReservingHost theirs;
  private final int paths;
  private final BitSet troubled = new BitSet();
  private long key = 0xA0;
  private PersistentReservations.Type type;
  private boolean preempting;
  private long preemptedNanos = Long.MAX_VALUE;
  private long writes;
  private long conflicts;

  private ReservationSimulation(long seed, UnaryOperator<ScsiTransport> transports) {
    random = new SplittableRandom(seed);
    network = new SimulatedNetwork(random.nextLong());
    trace = new Trace(network.clock());
    fate = network.newLoop("fate");
    arrayLoop = network.newLoop("array");
    paths = 2 + random.nextInt(3);
    type = TYPES.get(random.nextInt(TYPES.size()));
    trace.add("seed " + seed + ": " + paths + " paths, " + type);
    EmulatedArray.Builder plan =
        EmulatedArray.builder(TARGET, random.split())
            .lun(1, 512, new MemoryStore(1 << 20, Long.MAX_VALUE));
    for (int i = 0; i < paths + 2; i++) {
      plan.portal(portal(i), 1);
    }
    array = plan.build();
    ours = new ReservingHost("a", network.newLoop("a"), TARGET, trace, random.split(), transports);
    theirs =
        new ReservingHost(
            "b", network.newLoop("b"), TARGET, trace, random.split(), UnaryOperator.identity());
  }

  private static Endpoint portal(int number) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal-" + number, 3260));
  }

  static Trace run(long seed) {
    return run(seed, UnaryOperator.identity());
  }

  /**
   * Runs one seed.
   *
   * @param transports what the first host is given in place of its sessions
   */
  static Trace run(long seed, UnaryOperator<ScsiTransport> transports) {
    try (LoopErrors errors = new LoopErrors()) {
      ReservationSimulation simulation = new ReservationSimulation(seed, transports);
      simulation.run();
      errors.into(simulation.trace);
      return simulation.trace;
    }
  }

  private void run() {
    try {
      array.start(arrayLoop);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    int late = random.nextInt(paths);
    for (int i = 0; i < paths - late; i++) {
      await(ours.attach(portal(i)));
    }
    await(theirs.attach(portal(paths)));
    await(theirs.attach(portal(paths + 1)));
    await(theirs.reservations().register(0, THEIR_KEY, false, false));
    ours.head().setQueueIfNoPath(true);
    // Before trouble begins, so that what follows is about a host that is registered.
    await(ours.reservations().register(0, key, false, false));
    await(ours.reservations().reserve(key, type));
    ours.startWriting(this::writeEnded);
    for (int i = paths - late; i < paths; i++) {
      Endpoint portal = portal(i);
      at(random.nextLong(TROUBLE_NANOS), () -> attachLate(portal));
    }
    planTrouble();
    if (random.nextBoolean()) {
      at(random.nextLong(TROUBLE_NANOS), this::takeOver);
    }
    network.runFor(TROUBLE_NANOS + SECOND);
    settle();
    check();
    close();
  }

  private void at(long delayNanos, Runnable task) {
    ours.loop.schedule(delayNanos, task);
  }

  private void attachLate(Endpoint portal) {
    trace.add("a: late path " + portal);
    var _ =
        ours.attach(portal)
            .exceptionally(failure -> {
              trace.add("a: " + portal + ": " + failure);
              at(SECOND / 2, () -> attachLate(portal));
              return null;
            });
  }

  // ---- trouble ----------------------------------------------------------------------------------

  private void planTrouble() {
    for (int i = 4 + random.nextInt(16); i > 0; i--) {
      int path = random.nextInt(paths);
      int kind = random.nextInt(3);
      long millis = 1 + (long) (6_000 * Math.pow(random.nextDouble(), 2));
      fate.schedule(random.nextLong(TROUBLE_NANOS), () -> disturb(path, kind, millis * MILLI));
    }
    for (int i = 2 + random.nextInt(10); i > 0; i--) {
      at(random.nextLong(TROUBLE_NANOS), this::change);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      int path = random.nextInt(paths);
      long when = random.nextLong(TROUBLE_NANOS / 2);
      at(when, () -> ours.remove(path));
      at(when + random.nextLong(TROUBLE_NANOS / 2), () -> ours.addAgain(path));
    }
  }

  private void disturb(int path, int kind, long nanos) {
    if (troubled.get(path)) {
      return;
    }
    SimulatedLink link = network.link(portal(path));
    trace.add("path " + path + ": trouble " + kind + " for " + nanos / MILLI + " ms");
    if (kind == 0) {
      link.reset();
      return;
    }
    troubled.set(path);
    if (kind == 1) {
      link.refuse();
      link.reset();
    } else {
      link.blackHole();
    }
    fate.schedule(nanos, () -> heal(path));
  }

  private void heal(int path) {
    if (troubled.get(path)) {
      troubled.clear(path);
      trace.add("path " + path + ": good again");
      SimulatedLink link = network.link(portal(path));
      link.reset();
      link.heal();
    }
  }

  /** What an operator may ask for; only one thing at a time, as operators do. */
  private void change() {
    if (preempting) {
      return;
    }
    PersistentReservations mine = ours.reservations();
    PersistentReservations.Type other = TYPES.get(random.nextInt(TYPES.size()));
    // Of these, other registrants are holders as well, whom a change would concern.
    boolean all =
        type == PersistentReservations.Type.WRITE_EXCLUSIVE_ALL_REGS
            || type == PersistentReservations.Type.EXCLUSIVE_ACCESS_ALL_REGS;
    switch (random.nextInt(all ? 3 : 5)) {
      case 0 -> ask("release " + type, () -> mine.release(key, type), () -> {});
      case 1 -> ask("reserve " + other, () -> mine.reserve(key, other), () -> type = other);
      case 2 -> {
        long next = key + 1;
        ask("key " + next, () -> mine.register(key, next, false, false), () -> key = next);
      }
      case 3 ->
          ask("type " + other, () -> mine.preempt(key, key, other, false), () -> type = other);
      default -> {
        boolean ignore = random.nextBoolean();
        ask(
            "unregister",
            () -> mine.register(key, 0, ignore, false),
            () ->
                ask(
                    "register",
                    () -> mine.register(0, key, false, false),
                    () -> ask("reserve " + type, () -> mine.reserve(key, type), () -> {})));
      }
    }
  }

  private void ask(String what, Supplier<CompletableFuture<Void>> operation, Runnable then) {
    var _ =
        operation
            .get()
            .whenComplete((done, failure) ->
                ours.loop.execute(() -> {
                  trace.add("a: " + what + ": " + (failure == null ? "done" : failure));
                  if (failure == null) {
                    then.run();
                  }
                }));
  }

  /** The other host removes every key but its own, and holds the disk from then on. */
  private void takeOver() {
    preempting = true;
    trace.add("b: takes over");
    theirs.loop.execute(this::preemptAll);
  }

  private void preemptAll() {
    var _ =
        theirs
            .reservations()
            .readKeys()
            .thenCompose(keys -> {
              List<Long> victims =
                  keys.keys().stream().filter(each -> each != THEIR_KEY).distinct().toList();
              trace.add("b: victims " + victims);
              return victims.isEmpty()
                  ? hold()
                  : theirs
                      .reservations()
                      .preempt(
                          THEIR_KEY,
                          victims.getFirst(),
                          PersistentReservations.Type.EXCLUSIVE_ACCESS_REG_ONLY,
                          random.nextBoolean())
                      .thenApply(done -> false);
            })
            .whenComplete((held, failure) ->
                theirs.loop.execute(() -> {
                  if (held != null && held) {
                    preemptedNanos = network.clock().nanoTime();
                    trace.add("b: holds the disk");
                  } else {
                    if (failure != null) {
                      trace.add("b: " + failure);
                    }
                    theirs.loop.schedule(10 * MILLI, this::preemptAll);
                  }
                }));
  }

  /** It is the only registrant now: a reservation of all registrants is its own already. */
  private CompletableFuture<Boolean> hold() {
    PersistentReservations its = theirs.reservations();
    return its.readReservation()
        .thenCompose(now ->
            now.isPresent()
                ? CompletableFuture.completedFuture(true)
                : its.reserve(THEIR_KEY, PersistentReservations.Type.EXCLUSIVE_ACCESS_REG_ONLY)
                    .thenApply(done -> true));
  }

  private void writeEnded(long submittedNanos, BlockStatus status) {
    writes++;
    if (status == BlockStatus.RESV_CONFLICT) {
      conflicts++;
      trace.check(preempting, "a write conflicts though nobody preempts");
    } else if (status == BlockStatus.OK) {
      trace.check(
          submittedNanos <= preemptedNanos, "a write succeeded after the host was preempted");
    } else {
      trace.violation("a write ended with " + status);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  private void settle() {
    trace.add("end of trouble");
    for (int i = 0; i < paths; i++) {
      heal(i);
      network.link(portal(i)).heal();
    }
    ours.loop.execute(() -> {
      for (int i = 0; i < paths; i++) {
        ours.addAgain(i);
      }
    });
    trace.check(network.runUntil(this::allPathsUsed, SETTLE_NANOS), "not all paths are back");
    network.runFor(5 * SECOND); // looks and admissions under way
    ours.loop.execute(ours::stopWriting);
    trace.check(network.runUntil(ours::isIdle, SETTLE_NANOS), "not all writes have ended");
    trace.check(
        !preempting || preemptedNanos != Long.MAX_VALUE, "the other host did not get the disk");
  }

  private boolean allPathsUsed() {
    return ours.devices().size() == paths
        && ours.devices().stream()
            .allMatch(device ->
                device.state() == DeviceState.RUNNING
                    && ours.multipath.path(device).filter(p -> p.pending().isEmpty()).isPresent());
  }

  private void check() {
    ReservationFullStatus status = await(theirs.reservations().readFullStatus());
    String state = ours.reservations().snapshot().state();
    List<Long> keys = new ArrayList<>();
    for (ReservationFullStatus.Registration each : status.registrations()) {
      if (each.initiator().name().startsWith(ours.initiator() + ",")) {
        keys.add(each.key());
      }
    }
    trace.add("a is " + state + " with " + keys);
    if (preempting) {
      trace.check(keys.isEmpty(), "a preempted host is registered with " + keys);
      trace.check(!state.equals("registered"), "a preempted host takes itself for registered");
    } else if (state.equals("registered")) {
      trace.check(
          keys.size() == paths && keys.stream().allMatch(each -> each == key),
          "registered on " + keys.size() + " of " + paths + " paths with " + keys);
    } else {
      trace.check(state.equals("out") && keys.isEmpty(), "it is " + state + " with " + keys);
    }
    MpathHeadSnapshot head = ours.head().snapshot();
    trace.check(head.inFlight() == 0, head.inFlight() + " in flight");
    trace.check(head.parked() == 0, head.parked() + " parked");
    trace.check(head.safetyTimerFirings() == 0, head.safetyTimerFirings() + " safety timer");
    trace.check(!ours.head().isSuspended(), "I/O is suspended");
    trace.add(writes + " writes, " + conflicts + " conflicts");
  }

  private void close() {
    ours.loop.execute(ours::close);
    theirs.loop.execute(theirs::close);
    network.runFor(60 * SECOND);
    trace.check(!network.step(), "something still runs after everything was closed");
  }

  private <T> T await(CompletableFuture<T> future) {
    if (!network.runUntil(future::isDone, 30 * SECOND)) {
      throw new IllegalStateException("nothing came of it within 30 seconds");
    }
    return future.join();
  }
}
