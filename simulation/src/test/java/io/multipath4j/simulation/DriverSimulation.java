package io.multipath4j.simulation;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.libmultipath.MpathHeadSnapshot;
import io.multipath4j.libmultipath.MpathHeadSnapshot.PathState;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.NumbersInUse;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One seeded run of the whole driver: disks in use while everything around them comes, goes and
 * changes; then all is put in order, must be as if nothing had been, and is taken away.
 */
final class DriverSimulation {

  private static final long STRANGER_ISID = 0x8000_0000_FFFFL;
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final long TROUBLE_NANOS = 6 * SECOND;

  /** How often an operator looks after the trouble. */
  private static final long LOOK_NANOS = 2 * SECOND;

  private static final int MOST_LOOKS = 60;

  /** From this look on devices that did not run when told to are deleted and found anew. */
  private static final int LOOKS_UNTIL_DELETED = 10;

  private final SplittableRandom random;
  private final DriverStack stack;
  private final TopologyWatch watch;
  private final DriverEvents events;
  private final PathFaults faults;
  private final IscsiSession stranger;
  private final List<String> emptyTree = new ArrayList<>();
  private final int disks;

  private DriverSimulation(long seed) {
    random = new SplittableRandom(seed);
    int portals = 1 + random.nextInt(3);
    int units = 1 + random.nextInt(2);
    disks = units + 1;
    stack = new DriverStack(random.split(), portals, units);
    stack.trace.add("seed " + seed + ": " + portals + " portals, " + disks + " disks");
    stack.tree.root().ensureDirectory("class/iscsi_session"); // the class stays once it was used
    stack.tree.tree("/", emptyTree::add);
    watch = new TopologyWatch(stack.trace, stack.tree);
    stack.multipath.addTopologyListener(watch);
    events = new DriverEvents(stack, random.split());
    stranger = stack.newSession(0, STRANGER_ISID);
    faults = new PathFaults(stack.faultSite(), stranger, random.split());
  }

  /** Runs a seed and returns its trace. */
  static Trace run(long seed) {
    try (LoopErrors errors = new LoopErrors("ERROR ReturnCheck")) {
      DriverSimulation simulation = new DriverSimulation(seed);
      simulation.run();
      errors.into(simulation.stack.trace);
      return simulation.stack.trace;
    }
  }

  private void run() {
    begin();
    for (int i = 15 + random.nextInt(25); i > 0; i--) {
      long at = random.nextLong(TROUBLE_NANOS);
      events.plan(at);
      if (random.nextInt(3) == 0) {
        events.plan(at + random.nextLong(3 * MILLI)); // while the other one is under way
      }
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      faults.plan(random.nextLong(TROUBLE_NANOS));
    }
    stack.network.runFor(TROUBLE_NANOS + 3 * MILLI);
    stack.trace.add("end of trouble");
    restore();
    readAll();
    checkAtRest();
    takeAway();
  }

  private void begin() {
    onLoop(() -> {
      for (int i = 0; i < stack.portals(); i++) {
        stack.addHost(i);
      }
    });
    var _ = stranger.start();
    stack.network.runUntil(this::isWhole, 60 * SECOND); // a step of admission may need a few looks
    stack.trace.check(isWhole(), "not all disks are there");
    onLoop(() -> {
      stack.heads().forEach(events::open);
      events.happen(DriverEvents.Kind.OPEN);
      for (ScsiMpathHead head : stack.heads()) {
        long seconds = random.nextInt(3);
        stack.multipath.setDelayedRemovalSecs(head.index(), seconds);
      }
      events.happen(DriverEvents.Kind.BURST);
    });
  }

  private void onLoop(Runnable task) {
    stack.initiatorLoop.execute(task);
    stack.network.runFor(MILLI);
  }

  // ---- after the trouble

  /** The array and the network are in order again, and an operator looks after the rest. */
  private void restore() {
    faults.end();
    stack.arrayLoop.execute(events::restoreArray);
    stack.network.runFor(MILLI);
    onLoop(() -> {
      stack.setMode("always");
      for (int i = 0; i < stack.portals(); i++) {
        stack.addHost(i);
      }
    });
    for (int look = 0; look < MOST_LOOKS && !isAtRest(); look++) {
      boolean patient = look < LOOKS_UNTIL_DELETED;
      onLoop(() -> look(patient));
      stack.network.runUntil(this::isAtRest, LOOK_NANOS);
    }
    stack.trace.check(isWhole(), "not all paths are back: " + stack.multipath.heads());
    stack.trace.check(events.underWay() == 0, events.underWay() + " did not end");
    events.users.forEach(DiskUser::reportLost);
  }

  private void look(boolean patient) {
    for (ScsiHost host : stack.multipath.hosts()) {
      for (ScsiDevice device : host.devices()) {
        boolean isPath = stack.multipath.path(device).isPresent();
        boolean isPlain =
            stack.multipath.plainDisks().stream().anyMatch(disk -> disk.device() == device);
        boolean isOffline = device.state() == DeviceState.OFFLINE;
        if (isPlain || (!patient && (isOffline || !isPath))) {
          events.delete(device);
        } else if (isOffline) {
          stack.write("/bus/scsi/devices/" + device.address() + "/state", "running");
        }
      }
      stack.write("/class/scsi_host/host" + host.number() + "/scan", "- - -");
    }
  }

  /** Tells whether each unit is a disk with all its paths, and no device is still being checked. */
  private boolean isWhole() {
    List<ScsiMpathHead> heads = stack.heads();
    return heads.size() == disks
        && heads.stream().allMatch(this::isWhole)
        && stack.multipath.numbersInUse().paths() == disks * stack.portals();
  }

  private boolean isWhole(ScsiMpathHead head) {
    SimulatedUnit unit = stack.unitOf(head);
    long lun = Lun.of(unit.home);
    return unit.isMapped()
        && head.paths().size() == stack.portals()
        && head.paths().stream()
            .allMatch(path ->
                path.device().address().lun() == lun
                    && path.device().state() == DeviceState.RUNNING)
        && head.mpath().snapshot().paths().stream()
            .allMatch(path -> path.state() == PathState.USABLE);
  }

  private boolean isAtRest() {
    return events.underWay() == 0 && events.users.stream().allMatch(DiskUser::isIdle) && isWhole();
  }

  private void readAll() {
    onLoop(() -> {
      for (ScsiMpathHead head : stack.heads()) {
        DiskUser user = events.open(head);
        if (user == null) {
          stack.trace.violation(head.diskName() + " cannot be opened");
        } else {
          user.readAll();
        }
      }
    });
    stack.trace.check(
        stack.network.runUntil(this::isAtRest, 60 * SECOND), "the last reads did not complete");
  }

  private void checkAtRest() {
    onLoop(events::readTree);
    NumbersInUse numbers = stack.multipath.numbersInUse();
    int paths = disks * stack.portals();
    stack.trace.check(numbers.paths() == paths, numbers + " for " + paths + " paths");
    for (ScsiMpathHead head : stack.heads()) {
      long openers = events.users.stream().filter(user -> user.head() == head).count();
      equal(openers + 1, head.mpath().life().references(), "references of " + head.diskName());
      stack.trace.check(head.mpath().isLive(), head.diskName() + " is not live");
    }
    long ios = events.users.stream().mapToLong(DiskUser::ios).sum();
    long errors = events.users.stream().mapToLong(DiskUser::errors).sum();
    stack.trace.add(
        "%d I/Os, %d errors of those who are left, %d heads, %d devices, %d hosts there were"
            .formatted(
                ios,
                errors,
                watch.everyHead.size(),
                watch.everyDevice.size(),
                watch.everyHost.size()));
  }

  // ---- the end

  private void takeAway() {
    boolean closeFirst = random.nextBoolean();
    if (closeFirst) {
      onLoop(this::closeUsers);
    }
    onLoop(() -> {
      if (random.nextBoolean()) {
        stack.multipath.hosts().forEach(host -> host.devices().forEach(events::delete));
      }
      for (int i = 0; i < stack.portals(); i++) {
        stack.removeHost(i);
      }
      stranger.close();
    });
    // Those whose removal is delayed expire, and the array finds out about clients that vanished.
    stack.network.runFor(60 * SECOND);
    if (!closeFirst) {
      equal(
          events.users.stream().map(DiskUser::head).distinct().count(),
          stack.multipath.numbersInUse().disks(),
          "numbers of disks that are open");
      onLoop(this::closeUsers);
    }
    checkNothingIsLeft();
  }

  private void closeUsers() {
    stack.trace.check(events.users.removeIf(DiskUser::close), "nobody could close");
    stack.trace.check(events.users.isEmpty(), events.users.size() + " cannot close");
  }

  private void checkNothingIsLeft() {
    for (ScsiMpathHead head : watch.everyHead) {
      MpathHeadSnapshot state = head.mpath().snapshot();
      String name = " of " + head.diskName();
      equal(0, state.inFlight(), "in flight" + name);
      equal(0, state.parked(), "parked" + name);
      equal(0, state.safetyTimerFirings(), "firings of the safety timer" + name);
      equal(0, head.mpath().life().references(), "references" + name);
      stack.trace.check(!state.live(), head.diskName() + " is still live");
    }
    watch.everyPath.forEach(path -> {
      equal(0, path.mpath().inFlight(), "in flight on " + path);
      equal(0, path.mpath().active().get(), "active on " + path);
    });
    for (ScsiDevice device : watch.everyDevice) {
      equal(0, device.counters().inFlight().value(), "in flight in " + device);
      stack.trace.check(device.state() == DeviceState.DELETED, device + " is " + device.state());
    }
    for (ScsiHost host : watch.everyHost) {
      equal(0, host.outstanding(), "outstanding on host " + host.number());
      equal(0, host.devices().size(), "devices of host " + host.number());
    }
    NumbersInUse numbers = stack.multipath.numbersInUse();
    stack.trace.check(numbers.equals(new NumbersInUse(0, 0, 0)), "leaked: " + numbers);
    equal(0, stack.array.server().sessionCount(), "sessions in the array");
    equal(0, stack.array.server().bufferBytes(), "bytes of buffers in the array");
    List<String> tree = new ArrayList<>();
    stack.tree.tree("/", tree::add);
    stack.trace.check(tree.equals(emptyTree), "left in the tree: " + tree);
    watch.close();
    stack.close();
    stack.trace.check(!stack.network.step(), "something still runs after everything was closed");
  }

  private void equal(long expected, long actual, String what) {
    stack.trace.check(actual == expected, what + ": " + actual + ", expected " + expected);
  }
}
