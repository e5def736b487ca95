package io.multipath4j.simulation;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHeadSnapshot;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One seeded run: a stack, a load, trouble, and what must hold in the end. */
final class Simulation {

  private static final long STRANGER_ISID = 0x8000_0000_FFFFL;
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Time for the load and the trouble. */
  private static final long LOAD_NANOS = 12 * SECOND;

  /** Time for what was submitted to complete, and for all paths to return. */
  private static final long SETTLE_NANOS = 60 * SECOND;

  private final SplittableRandom random;
  private final SimulatedStack stack;
  private final RandomLoad load;
  private final PathFaults faults;
  private final IscsiSession stranger;

  private Simulation(long seed, SimulatedStack.Parts parts) {
    random = new SplittableRandom(seed);
    SimulatedStack.Plan plan = SimulatedStack.Plan.random(random);
    int depth = 1 << random.nextInt(7);
    stack = new SimulatedStack(random.nextLong(), plan, parts);
    stack.trace.add("seed " + seed + ": " + plan + ", depth " + depth);
    stack.head().setQueueIfNoPath(true);
    load = new RandomLoad(stack.deviceLoop(), stack.device(), depth, stack.trace, random.split());
    stranger = stack.newSession(stack.paths.getFirst().address(), STRANGER_ISID);
    faults = new PathFaults(stack.faultSite(), stranger, random.split());
    stack.await(stranger.start());
  }

  /** Runs a seed and returns its trace. */
  static Trace run(long seed, SimulatedStack.Parts parts) {
    try (LoopErrors errors = new LoopErrors()) {
      Simulation simulation = new Simulation(seed, parts);
      simulation.run();
      errors.into(simulation.stack.trace);
      return simulation.stack.trace;
    }
  }

  private void run() {
    if (random.nextInt(4) == 0) {
      stack.initiatorLoop.schedule(random.nextLong(LOAD_NANOS), this::otherPolicy);
    }
    int bursts = 6 + random.nextInt(10);
    for (int i = 0; i < bursts; i++) {
      long at = random.nextLong(LOAD_NANOS);
      int operations = 1 + random.nextInt(40);
      stack.initiatorLoop.schedule(
          at, () -> stack.deviceLoop().execute(() -> load.burst(operations)));
      // While the burst is under way.
      faults.plan(at + random.nextLong(3 * MILLI));
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      faults.plan(random.nextLong(LOAD_NANOS));
    }
    stack.network.runFor(LOAD_NANOS);
    stack.trace.add("end of trouble");
    faults.end();
    stack.network.runFor(MILLI); // so that what it has reset is noticed
    stack.trace.check(
        stack.network.runUntil(load::isIdle, SETTLE_NANOS),
        load.inFlight() + " operations did not complete");
    load.reportLost();
    checkPathsReturn();
    if (load.isIdle()) {
      stack.deviceLoop().execute(load::readAll);
      stack.network.runFor(SECOND);
      stack.trace.check(load.isIdle(), "the last reads did not complete");
      checkPathsReturn(); // these reads may have met a unit attention that had waited
    }
    checkCounters();
    close();
  }

  private void otherPolicy() {
    IoPolicy policy = IoPolicies.ALL.get(random.nextInt(IoPolicies.ALL.size()));
    stack.trace.add("policy " + policy.word());
    stack.head().setIoPolicy(policy);
  }

  private void checkPathsReturn() {
    stack.trace.check(
        stack.network.runUntil(this::allPathsRun, SETTLE_NANOS), "not all paths are back");
  }

  private boolean allPathsRun() {
    return stack.paths.stream().allMatch(path -> path.device().state() == DeviceState.RUNNING);
  }

  private void checkCounters() {
    Trace trace = stack.trace;
    MpathHeadSnapshot head = stack.head().snapshot();
    zero("in flight in the head", head.inFlight());
    zero("parked", head.parked());
    zero("firings of the safety timer", head.safetyTimerFirings());
    zero("in flight in the NBD server", stack.nbdInFlight());
    for (MpathHeadSnapshot.Path path : head.paths()) {
      zero("in flight on " + path.name(), path.inFlight());
      trace.check(
          path.state() == MpathHeadSnapshot.PathState.USABLE, path.name() + " is " + path.state());
    }
    stack.head().devices().forEach(path -> zero("active on " + path, path.active().get()));
    for (SimulatedStack.Path path : stack.paths) {
      ScsiDevice device = path.device();
      zero("in flight in " + device, device.counters().inFlight().value());
      zero("outstanding on " + device.host().transport().name(), device.host().outstanding());
    }
    trace.add(
        "%d I/Os, %d failovers, %d parked"
            .formatted(load.ops(), head.failovers(), head.requeueNoUsablePath()));
  }

  private void close() {
    stack.initiatorLoop.execute(stranger::close);
    stack.close();
    // The array finds out by itself about clients that vanished.
    stack.network.runFor(60 * SECOND);
    zero("sessions left in the array", stack.array.server().sessionCount());
    zero("bytes of buffers left in the array", stack.array.server().bufferBytes());
    stack.trace.check(!stack.network.step(), "something still runs after everything was closed");
  }

  private void zero(String what, long count) {
    stack.trace.check(count == 0, count + " " + what);
  }
}
