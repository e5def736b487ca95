package io.multipath4j.simulation;

import io.multipath4j.array.lu.Condition;
import io.multipath4j.array.server.CommandFault;
import io.multipath4j.array.server.Portal;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Random trouble on the way between an initiator and an array, one at a time on each path.
 *
 * <p>No trouble lets the array execute a command that its initiator has given up: whatever was sent
 * on a connection that the initiator may have left is thrown away. (That such commands can come
 * late on real networks is what a fence of stale writes is for.) So black holes are either too
 * short to be noticed, or end with a reset, and delays are shorter than what it takes to notice a
 * dead connection. {@code -Dmultipath4j.lateCommands=true} lets black holes end without a reset, so
 * that such commands do come late: the checker then finds stale writes.
 */
final class PathFaults {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** A connection is given up after 0.9 s of silence at the earliest. */
  private static final int UNNOTICED_MILLIS = 350;

  private static final boolean LATE_COMMANDS = Boolean.getBoolean("multipath4j.lateCommands");

  private static final int MAX_OUTAGE_MILLIS = 8_000;

  /** What can happen to a path. */
  enum Kind {
    RESET,
    REFUSE,
    CUT,
    BLACK_HOLE_SHORT,
    BLACK_HOLE,
    DARK_PORTAL,
    HALF_OPEN,
    LATENCY,
    PIECES,
    BUSY,
    UNIT_ATTENTION,
    ABORTED_COMMAND,
    DROP,
    DROP_ANSWER,
    DELAY,
    LOGICAL_UNIT_RESET,
    ACCESS_STATE,
    ABSURD_LENGTH,
    DAMAGED_DATA
  }

  private static final List<Kind> ALL = Arrays.asList(Kind.values());

  /** What costs seconds, or a connection, each time. */
  private static final Set<Kind> FEW =
      EnumSet.of(Kind.DROP, Kind.DROP_ANSWER, Kind.ABSURD_LENGTH, Kind.DAMAGED_DATA);

  private static final List<Integer> ATTENTIONS =
      List.of(
          Condition.POWER_ON_OR_RESET,
          Condition.BUS_DEVICE_RESET_FUNCTION_OCCURRED,
          0x06_2A_09, // capacity data has changed
          0x06_3F_03, // inquiry data has changed
          0x06_3F_0E, // reported LUNs data has changed
          Condition.ASYMMETRIC_ACCESS_STATE_CHANGED);

  private static final List<AccessState> BAD_STATES =
      List.of(
          AccessState.ACTIVE_NON_OPTIMIZED,
          AccessState.STANDBY,
          AccessState.UNAVAILABLE,
          AccessState.TRANSITIONING);

  private final FaultSite site;
  private final EventLoop loop;
  private final SplittableRandom random;
  private final IscsiSession stranger;
  private final BitSet troubled = new BitSet();

  /**
   * @param stranger another session with the array, which resets the logical unit
   */
  PathFaults(FaultSite site, IscsiSession stranger, SplittableRandom random) {
    this.site = site;
    this.stranger = stranger;
    this.random = random;
    this.loop = site.network().newLoop("fate");
  }

  /** Plans something of these kinds, on a random path, after a delay. */
  void plan(long delayNanos, List<Kind> kinds) {
    Kind kind = kinds.get(random.nextInt(kinds.size()));
    int path = random.nextInt(site.links().size());
    loop.schedule(delayNanos, () -> happen(kind, path));
  }

  void plan(long delayNanos) {
    plan(delayNanos, ALL);
  }

  /** Ends all trouble, for good. */
  void end() {
    for (int i = 0; i < site.links().size(); i++) {
      SimulatedLink link = site.links().get(i);
      if (troubled.get(i) && !LATE_COMMANDS) {
        link.reset();
      }
      restore(i);
    }
  }

  private void happen(Kind kind, int path) {
    if (troubled.get(path)) {
      return;
    }
    int millis = outageMillis();
    site.trace().add("path " + path + ": " + kind + " for " + millis + " ms");
    troubled.set(path);
    SimulatedLink link = site.links().get(path);
    Portal portal = site.array().portals().get(path);
    switch (kind) {
      case RESET -> {
        link.reset();
        troubled.clear(path);
      }
      case REFUSE -> {
        link.refuse();
        link.reset();
        endLater(path, millis, false);
      }
      case CUT -> {
        portal.cut();
        endLater(path, millis, false);
      }
      case BLACK_HOLE_SHORT -> {
        link.blackHole();
        endLater(path, 1 + random.nextInt(UNNOTICED_MILLIS), false);
      }
      case BLACK_HOLE -> {
        link.blackHole();
        endLater(path, millis, !LATE_COMMANDS);
      }
      case DARK_PORTAL -> {
        portal.blackHole();
        endLater(path, millis, true);
      }
      case HALF_OPEN -> {
        link.halfOpen();
        troubled.clear(path);
      }
      case LATENCY -> {
        long most = MILLI * (1 + random.nextInt(50));
        link.latency(1 + random.nextLong(most), most);
        endLater(path, millis, false);
      }
      case PIECES -> {
        link.pieces(1 << random.nextInt(4, 15));
        endLater(path, millis, false);
      }
      case LOGICAL_UNIT_RESET -> {
        site.initiatorLoop()
            .execute(() ->
                stranger.resetLogicalUnit(
                    SimulatedStack.LUN, result -> site.trace().add("reset: " + result)));
        troubled.clear(path);
      }
      case ACCESS_STATE -> {
        AccessState state = BAD_STATES.get(random.nextInt(BAD_STATES.size()));
        site.arrayLoop().execute(() -> site.array().setAccessState(path + 1, state));
        endLater(path, millis, false);
      }
      case BUSY,
          UNIT_ATTENTION,
          ABORTED_COMMAND,
          DROP,
          DROP_ANSWER,
          DELAY,
          ABSURD_LENGTH,
          DAMAGED_DATA -> {
        portal.inject(commandFault(kind));
        endLater(path, millis, false);
      }
    }
  }

  private CommandFault commandFault(Kind kind) {
    CommandFault fault =
        switch (kind) {
          case BUSY ->
              CommandFault.status(
                  random.nextBoolean() ? ScsiStatus.BUSY : ScsiStatus.TASK_SET_FULL);
          case UNIT_ATTENTION ->
              CommandFault.sense(ATTENTIONS.get(random.nextInt(ATTENTIONS.size())));
          case ABORTED_COMMAND -> CommandFault.sense(0x0B_4B_00);
          case DROP -> CommandFault.drop();
          case DROP_ANSWER -> CommandFault.dropAnswer();
          case ABSURD_LENGTH -> CommandFault.absurdLength();
          case DAMAGED_DATA -> damage();
          default -> CommandFault.delay(MILLI * (1 + random.nextInt(UNNOTICED_MILLIS)));
        };
    int most = FEW.contains(kind) ? 3 : 30;
    return fault.times(1 + random.nextInt(most)).skip(random.nextInt(4));
  }

  /** Without digests nobody could see damage. */
  private CommandFault damage() {
    return site.digests() ? CommandFault.corruptData() : CommandFault.absurdLength();
  }

  /** Mostly short, some long. */
  private int outageMillis() {
    return 1 + (int) (MAX_OUTAGE_MILLIS * Math.pow(random.nextDouble(), 3));
  }

  private void endLater(int path, int millis, boolean resetBefore) {
    loop.schedule(
        millis * MILLI,
        () -> {
          if (troubled.get(path)) {
            site.trace().add("path " + path + ": good again");
            if (resetBefore) {
              site.links().get(path).reset();
            }
            restore(path);
          }
        });
  }

  private void restore(int path) {
    troubled.clear(path);
    SimulatedLink link = site.links().get(path);
    link.pieces(0);
    link.latency(SimulatedLink.DEFAULT_MIN_LATENCY_NANOS, SimulatedLink.DEFAULT_MAX_LATENCY_NANOS);
    link.heal();
    site.array().portals().get(path).restore();
    site.arrayLoop()
        .execute(() -> site.array().setAccessState(path + 1, AccessState.ACTIVE_OPTIMIZED));
  }
}
