package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.libmultipath.ActiveCounter;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadConfig;
import io.multipath4j.libmultipath.MpathHeadOptions;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.PassthroughGate;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDisk;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.multipath.LunIdentity.Growth;
import io.multipath4j.scsi.multipath.ScsiMpathHeads.Claim;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The way of a device to become a path, and back: claim the head of its id, compare identities,
 * compare content if need be, {@link AdmissionSteps}, then I/O. A path that does not tell its size,
 * as behind a port in standby, joins its head at once and goes the rest of the way when it does.
 * The paths of one head go this way one after the other. Loop thread only, except {@link #path}.
 */
final class PathAdmission {

  private static final int DEFAULT_BLOCK_BYTES = 512;

  private final EventLoop loop;
  private final ScsiMultipathConfig config;
  private final MultipathParameters parameters;
  private final NumaTopology numa;
  private final TopologyListener topology;
  private final PathEvents events;
  private final AdmissionSteps steps;
  private final PathWatch watch;
  private final PathStates template = new PathStates(this::expired);
  private final ScsiMpathHeads heads;
  private final Map<ScsiDevice, ScsiMpathDevice> paths = new ConcurrentHashMap<>();
  private final Map<ScsiHost, ActiveCounter> active = new WeakHashMap<>();
  private final Map<ScsiDevice, String> refusals = new WeakHashMap<>();

  PathAdmission(
      EventLoop loop,
      ScsiMultipathConfig config,
      MultipathParameters parameters,
      NumaTopology numa,
      ScsiMpathHeads heads,
      TopologyListener topology,
      PathEvents events) {
    this.loop = loop;
    this.config = config;
    this.parameters = parameters;
    this.numa = numa;
    this.heads = heads;
    this.topology = topology;
    this.events = events;
    this.steps = new AdmissionSteps(loop);
    IdentityWatch identity = new IdentityWatch(loop, paths::get, events, steps, this::advance);
    this.watch = new PathWatch(loop, paths::get, events, identity, this::remove);
  }

  PathStates template() {
    return template;
  }

  AdmissionSteps steps() {
    return steps;
  }

  /** Returns the path that a device is; null when it is none. Any thread. */
  @Nullable ScsiMpathDevice path(ScsiDevice device) {
    return paths.get(device);
  }

  // ---- in ---------------------------------------------------------------------------------------

  CompletableFuture<AddResult> claim(ScsiDevice device, UniqueId id, LunIdentity identity) {
    Claim claim;
    try {
      claim = heads.claim(id, (index, disk) -> newHead(device, id, identity, index, disk));
    } catch (IllegalStateException e) {
      // Not an ordinary disk either: that would be a second disk for what may have one already.
      return done(
          refuse(device, "", "refused " + ScsiMpathDevice.label(device) + ": " + e.getMessage()));
    }
    ScsiMpathHead head = claim.head();
    if (claim.isNew()) {
      head.setTopology(topology);
      topology.headAdded(head);
    }
    String differences = identity.differences(head.identity(), Growth.DIFFERS);
    if (!differences.isEmpty()) {
      return done(refuse(device, claim, differences));
    }
    ScsiMpathDevice path = newPath(device, claim, identity);
    paths.put(device, path);
    device.addListener(watch);
    device.setPassthroughGate(PassthroughGate.NO_RESERVATIONS);
    device.host().setReturnGate(watch.identity());
    return head.inTurn(() -> bringIn(path));
  }

  /** A size that is not known is set when it is; the first path's limits replace these. */
  private ScsiMpathHead newHead(
      ScsiDevice device, UniqueId id, LunIdentity identity, int index, int diskIndex) {
    int block = identity.blockBytes() == 0 ? DEFAULT_BLOCK_BYTES : identity.blockBytes();
    BlockLimits none = new BlockLimits(block, block, block, 0, block, 0, 0, 0, true, false, true);
    MpathHead<ScsiMpathDevice> mpath =
        new MpathHead<>(
            loop,
            template,
            new MpathHeadConfig(
                DiskNames.disk(diskIndex),
                identity.capacityBytes(),
                none,
                parameters.policy(),
                numa,
                MpathHeadOptions.DEFAULTS));
    return new ScsiMpathHead(id, index, diskIndex, identity, ScsiMpathDevice.label(device), mpath);
  }

  private ScsiMpathDevice newPath(ScsiDevice device, Claim claim, LunIdentity identity) {
    String name = DiskNames.path(claim.head().diskName(), claim.pathIndex());
    ActiveCounter counter = active.computeIfAbsent(device.host(), host -> new ActiveCounter());
    return new ScsiMpathDevice(claim, device, identity, new ScsiDisk(name, device), counter);
  }

  private CompletableFuture<AddResult> bringIn(ScsiMpathDevice path) {
    if (!path.isSized()) {
      return done(join(path, ScsiMpathDevice.NO_SIZE));
    }
    return content(path)
        .thenCompose(found ->
            found.problem().isEmpty()
                ? steps.run(path).thenApply(why -> join(path, why))
                : done(dismiss(path, found.problem())));
  }

  private CompletableFuture<ContentSample.Outcome> content(ScsiMpathDevice path) {
    ScsiMpathHead head = path.head();
    // The disk is read through paths that were admitted: without any, its reads would wait for
    // this.
    boolean nothingToCompare =
        !head.mpath().isLive()
            || head.paths().stream()
                .allMatch(other -> other.equals(path) || !other.pending().isEmpty());
    if (path.isRemoved() || nothingToCompare || !config.mustVerifyContent(head.id())) {
      return done(ContentSample.Outcome.SAME);
    }
    CompletableFuture<ContentSample.Outcome> outcome = new CompletableFuture<>();
    BlockDevice disk = head.mpath();
    BlockDevice candidate = path.mpath().disk();
    new ContentSample(disk, candidate, outcome::complete).start(loop);
    return outcome;
  }

  /**
   * Puts a path on its head's list.
   *
   * @param pending why it may not carry I/O yet; empty when it may
   */
  private AddResult join(ScsiMpathDevice path, String pending) {
    ScsiMpathHead head = path.head();
    if (path.isRemoved()) {
      return removedMeanwhile(path);
    }
    String differences = differencesNow(path);
    if (!differences.isEmpty()) {
      return dismiss(path, differences);
    }
    refusals.remove(path.device());
    path.setPending(pending);
    head.mpath().addDevice(path.mpath());
    boolean first = pending.isEmpty() && goLive(path);
    events.added(path);
    if (path.isRemoved()) {
      return removedMeanwhile(path); // by who was told
    }
    if (first) {
      topology.headLive(head);
    }
    events.stateChanged(path);
    if (!pending.isEmpty()) {
      watch.identity().lookSoon(path);
    }
    return path.claim().isNew()
        ? new AddResult.NewHead(head.id().text(), head.index(), head.mpath())
        : new AddResult.JoinedHead(head.id().text(), head.index(), head.mpath());
  }

  private static AddResult removedMeanwhile(ScsiMpathDevice path) {
    return new AddResult.Refused(path.label() + " was removed while it was being checked");
  }

  /** The head, or the device, may have changed while the path was being checked. */
  private static String differencesNow(ScsiMpathDevice path) {
    DeviceProperties told = path.device().properties();
    return path.swapped().isEmpty() && told != null
        ? Admission.identity(told).differences(path.head().identity(), Growth.DIFFERS)
        : path.swapped();
  }

  /** From here on a path carries I/O; true when this made the disk live. */
  private static boolean goLive(ScsiMpathDevice path) {
    path.setPending("");
    path.head().restack();
    return !path.isRemoved() && path.head().mpath().setLive(path.mpath());
  }

  /** A path on its head's list that is not to carry I/O yet was looked at, and is the right one. */
  private void advance(ScsiMpathDevice path) {
    if (!path.isSized()) {
      watch.identity().lookSoon(path);
    } else if (path.beginAdvance()) {
      var _ =
          path.head()
              .inTurn(() -> content(path))
              .thenCompose(found -> {
                if (found.problem().isEmpty()) {
                  return steps.run(path);
                }
                if (found.differs()) {
                  takeOut(path, found.problem());
                } // else it is compared again
                return done(found.problem());
              })
              // In a turn of its own, so that an exception there is the loop's.
              .whenComplete((why, failure) ->
                  loop.execute(() -> advanced(path, failure == null ? why : failure.toString())));
    }
  }

  private void advanced(ScsiMpathDevice path, String why) {
    path.endAdvance();
    if (path.isRemoved() || !path.swapped().isEmpty()) {
      return;
    }
    String differences = differencesNow(path);
    if (!differences.isEmpty()) {
      takeOut(path, differences);
    } else if (!why.isEmpty()) {
      path.setPending(why);
      watch.identity().lookSoon(path);
    } else {
      if (goLive(path)) {
        topology.headLive(path.head());
      }
      if (!path.isRemoved()) {
        events.stateChanged(path);
      }
    }
  }

  /** It proved not to be what it said: only an operator lets it try again. */
  private void takeOut(ScsiMpathDevice path, String differences) {
    path.swapped(differences);
    events.swapped(path);
    if (path.device().state() == DeviceState.RUNNING) {
      path.device().setState(DeviceState.OFFLINE);
    }
    path.device().doubt(); // set running, it is checked first
  }

  // ---- out --------------------------------------------------------------------------------------

  /** A path that has a claim, but is not on its head's list, must not get there. */
  private AddResult dismiss(ScsiMpathDevice path, String differences) {
    if (path.remove()) {
      forget(path);
      return refuse(path.device(), path.claim(), differences);
    }
    return removedMeanwhile(path);
  }

  private AddResult refuse(ScsiDevice device, Claim claim, String differences) {
    ScsiMpathHead head = claim.head();
    String reason =
        "refused to merge "
            + ScsiMpathDevice.label(device)
            + " with "
            + head.representative()
            + ": "
            + differences;
    release(claim);
    return refuse(device, head.diskName(), reason);
  }

  /** Says once why a device is refused, however often it is offered. */
  AddResult refuse(ScsiDevice device, String disk, String reason) {
    if (!reason.equals(refusals.put(device, reason))) {
      events.refused(device, disk, reason);
    }
    return new AddResult.Refused(reason);
  }

  /** Takes a path off its head; false when somebody has. */
  boolean remove(ScsiMpathDevice path) {
    if (!path.remove()) {
      return false;
    }
    forget(path);
    ScsiMpathHead head = path.head();
    if (path.mpath().isRegistered()) {
      head.mpath().deleteDevice(path.mpath());
      head.restack();
      events.removed(path);
    }
    release(path.claim());
    return true;
  }

  private void release(Claim claim) {
    if (heads.release(claim)) {
      topology.headRemoved(claim.head());
    }
  }

  /** No path came back in time. */
  private void expired(MpathHead<ScsiMpathDevice> mpath) {
    ScsiMpathHead head = heads.expire(mpath);
    events.expired(head);
    topology.headRemoved(head);
  }

  private void forget(ScsiMpathDevice path) {
    paths.remove(path.device());
    path.device().removeListener(watch);
    path.device().setPassthroughGate(PassthroughGate.OPEN);
  }

  private static <T> CompletableFuture<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }
}
