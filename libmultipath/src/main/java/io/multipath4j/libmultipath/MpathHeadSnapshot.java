package io.multipath4j.libmultipath;

import java.util.ArrayList;
import java.util.List;

/**
 * What a head looked like a moment ago.
 *
 * @param name the disk's name
 * @param policy the policy's word
 * @param live whether the disk takes I/O
 * @param queueIfNoPath whether I/O waits even when no path is available
 * @param delayedRemovalSecs see {@link HeadLife#delayedRemovalSecs()}
 * @param removalPending see {@link HeadLife#isRemovalPending()}
 * @param capacityBytes the disk's size
 * @param paths in the order of registration
 * @param inFlight bios that are owed a completion, parked ones included
 * @param parked bios on the requeue list
 * @param requeueNoUsablePath bios that were parked so far because no path could be selected
 * @param failNoAvailablePath bios that failed so far because no path could be selected
 * @param failovers attempts so far that ended with a path error and were made again
 * @param safetyTimerFirings see {@link MpathHead#safetyTimerFirings()}
 * @param statistics what was done so far
 */
public record MpathHeadSnapshot(
    String name,
    String policy,
    boolean live,
    boolean queueIfNoPath,
    long delayedRemovalSecs,
    boolean removalPending,
    long capacityBytes,
    List<Path> paths,
    long inFlight,
    long parked,
    long requeueNoUsablePath,
    long failNoAvailablePath,
    long failovers,
    long safetyTimerFirings,
    IoStatistics statistics) {

  static <P> MpathHeadSnapshot of(MpathHead<P> head, PathTable<P> table, HeadCounters counters) {
    long resting = table.setAside();
    List<Path> paths = new ArrayList<>();
    for (MpathDevice<P> path : table.paths()) {
      paths.add(Path.of(path, PathState.of(path, head.template(), resting)));
    }
    return new MpathHeadSnapshot(
        head.name(),
        head.ioPolicy().word(),
        head.isLive(),
        head.queueIfNoPath(),
        head.life().delayedRemovalSecs(),
        head.life().isRemovalPending(),
        head.capacityBytes(),
        List.copyOf(paths),
        counters.inFlight.get(),
        counters.parked.get(),
        counters.requeueNoUsablePath.get(),
        counters.failNoAvailablePath.get(),
        counters.failovers.get(),
        counters.safetyTimerFirings.get(),
        counters.statistics());
  }

  /** Whether a path gets I/O. */
  public enum PathState {
    /** It can be selected. */
    USABLE,
    /** It failed too many commands in a row and is used only when no other is left. */
    RESTING,
    /** The driver disabled it, and expects it back by itself. */
    WAITING,
    /** The driver disabled it. */
    UNAVAILABLE;

    private static <P> PathState of(
        MpathDevice<P> path, MpathHeadTemplate<P> template, long resting) {
      if (template.isDisabled(path.driverPath())) {
        return template.availablePath(path.driverPath()) ? WAITING : UNAVAILABLE;
      }
      return (path.bit() & resting) != 0 ? RESTING : USABLE;
    }
  }

  /**
   * One path.
   *
   * @param name its disk's name
   * @param state whether it gets I/O
   * @param accessState how well it reaches the device
   * @param numaNode its adapter's node, or {@link NumaTopology#NO_NODE}
   * @param inFlight I/Os under way on it
   * @param ios I/Os that ended on it, well or not
   * @param bytes bytes of those that ended well
   * @param errors those that ended with any error
   * @param failovers those that were tried again elsewhere
   */
  public record Path(
      String name,
      PathState state,
      MpathAccessState accessState,
      int numaNode,
      long inFlight,
      long ios,
      long bytes,
      long errors,
      long failovers) {

    static Path of(MpathDevice<?> path, PathState state) {
      PathCounters counters = path.counters;
      return new Path(
          path.disk().name(),
          state,
          path.accessState(),
          path.numaNode(),
          counters.inFlight(),
          counters.ios(),
          counters.bytes(),
          counters.errors(),
          counters.failovers());
    }
  }
}
