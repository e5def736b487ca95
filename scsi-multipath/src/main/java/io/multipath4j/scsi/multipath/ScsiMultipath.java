package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.libmultipath.ActiveCounter;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadConfig;
import io.multipath4j.libmultipath.MpathHeadOptions;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDisk;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiHostListener;
import io.multipath4j.scsi.multipath.LunIdentity.Growth;
import io.multipath4j.scsi.multipath.ScsiMpathHeads.Claim;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SCSI multipath: devices that are paths to one logical unit become one disk. Loop thread only,
 * except where it says "any thread"; all devices are of this loop.
 */
public final class ScsiMultipath {

  private final EventLoop loop;
  private final ScsiMultipathConfig config;
  private final NumaTopology numa;
  private final TopologyListeners topology = new TopologyListeners();
  private final Set<ScsiHost> hosts = ConcurrentHashMap.newKeySet();
  private final PathEvents events;
  private final PathWatch watch;
  private final ScsiMpathHeads heads = new ScsiMpathHeads();
  private final Map<ScsiDevice, ScsiMpathDevice> paths = new ConcurrentHashMap<>();
  private final Map<ScsiHost, ActiveCounter> active = new WeakHashMap<>();

  /**
   * Makes one without disks.
   *
   * @param loop the loop of all devices
   * @param numa this machine's memory nodes
   * @param listener told what happens to paths
   */
  public ScsiMultipath(
      EventLoop loop, ScsiMultipathConfig config, NumaTopology numa, MultipathListener listener) {
    this.loop = loop;
    this.config = config;
    this.numa = numa;
    this.events = new PathEvents(listener, topology);
    this.watch = new PathWatch(loop, paths::get, events, this::remove);
  }

  // ---- hosts, and who watches ------------------------------------------------------------------

  /**
   * Makes a host one of those that are shown to listeners, until it is closed. Paths may also be
   * devices of other hosts. Does nothing when it is one already.
   */
  public void addHost(ScsiHost host) {
    if (!hosts.add(host)) {
      return;
    }
    topology.hostAdded(host);
    host.addListener(
        new ScsiHostListener() {
          @Override
          public void deviceAdded(ScsiDevice device) {
            topology.deviceAdded(device);
          }

          @Override
          public void deviceRemoved(ScsiDevice device) {
            topology.deviceRemoved(device);
          }

          @Override
          public void hostClosed(ScsiHost closed) {
            hosts.remove(closed);
            closed.removeListener(this);
            topology.hostRemoved(closed);
          }
        });
    host.devices().forEach(topology::deviceAdded);
  }

  /** Returns the hosts that are shown, by number. Any thread. */
  public List<ScsiHost> hosts() {
    return hosts.stream().sorted(Comparator.comparingInt(ScsiHost::number)).toList();
  }

  /** Returns the heads in the order of their making. Any thread. */
  public List<ScsiMpathHead> mpathHeads() {
    return heads.list();
  }

  /** Adds who is told what comes and goes from now on. */
  public void addTopologyListener(TopologyListener listener) {
    topology.add(listener);
  }

  /** Removes a listener. */
  public void removeTopologyListener(TopologyListener listener) {
    topology.remove(listener);
  }

  /** Returns the loop of all devices. Any thread. */
  public EventLoop loop() {
    return loop;
  }

  // ---- paths come and go ------------------------------------------------------------------------

  /**
   * Takes a probed device in: as one more path of the disk with its id, as the first path of a new
   * disk, or not at all. From here on this object is the return gate of the device's host, and a
   * device that its host removes leaves its disk by itself.
   *
   * @return completed on the loop thread: at once, unless content is to be compared. It never fails
   * @throws IllegalArgumentException when the device was not probed or is a path already
   */
  public CompletableFuture<AddResult> addDevice(ScsiDevice device) {
    DeviceProperties told = device.properties();
    if (told == null || paths.containsKey(device)) {
      throw new IllegalArgumentException(
          device + (told == null ? " was not probed" : " is a path already"));
    }
    return switch (Admission.of(config, told)) {
      case Admission.Ordinary(String reason) -> done(new AddResult.OrdinaryDisk(reason));
      case Admission.NotReady(String reason) ->
          done(refuse(device, "", "refused " + ScsiMpathDevice.label(device) + ": " + reason));
      case Admission.Multipath(UniqueId id, LunIdentity identity) -> claim(device, id, identity);
    };
  }

  private CompletableFuture<AddResult> claim(ScsiDevice device, UniqueId id, LunIdentity identity) {
    Claim claim;
    try {
      claim = heads.claim(id, (index, disk) -> newHead(device, id, identity, index, disk));
    } catch (IllegalStateException e) {
      // Not an ordinary disk either: that would be a second disk for what may have one already.
      return done(
          refuse(device, "", "refused " + ScsiMpathDevice.label(device) + ": " + e.getMessage()));
    }
    if (claim.isNew()) {
      claim.head().setTopology(topology);
      topology.headAdded(claim.head());
    }
    String differences = identity.differences(claim.head().identity(), Growth.DIFFERS);
    if (!differences.isEmpty()) {
      return done(refuse(device, claim, differences));
    }
    ScsiMpathDevice path = newPath(device, claim, identity);
    paths.put(device, path);
    device.addListener(watch);
    device.host().setReturnGate(watch.identity());
    return claim.isNew() || !config.mustVerifyContent(id)
        ? done(join(path))
        : verifyContent(path)
            .thenApply(problem -> problem.isEmpty() ? join(path) : dismiss(path, problem));
  }

  /** The first path's limits replace those that it is made with before its disk is live. */
  private ScsiMpathHead newHead(
      ScsiDevice device, UniqueId id, LunIdentity identity, int index, int diskIndex) {
    int block = identity.blockBytes();
    BlockLimits none = new BlockLimits(block, block, block, 0, block, 0, 0, 0, true, false, true);
    MpathHead<ScsiMpathDevice> mpath =
        new MpathHead<>(
            loop,
            PathStates.TEMPLATE,
            new MpathHeadConfig(
                DiskNames.disk(diskIndex),
                identity.capacityBytes(),
                none,
                config.policy(),
                numa,
                MpathHeadOptions.DEFAULTS));
    return new ScsiMpathHead(id, index, diskIndex, identity, ScsiMpathDevice.label(device), mpath);
  }

  private ScsiMpathDevice newPath(ScsiDevice device, Claim claim, LunIdentity identity) {
    String name = DiskNames.path(claim.head().diskName(), claim.pathIndex());
    ActiveCounter counter = active.computeIfAbsent(device.host(), host -> new ActiveCounter());
    return new ScsiMpathDevice(claim, device, identity, new ScsiDisk(name, device), counter);
  }

  private CompletableFuture<String> verifyContent(ScsiMpathDevice path) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    BlockDevice disk = path.head().mpath();
    BlockDevice candidate = path.mpath().disk();
    new ContentSample(disk, candidate, outcome::complete).start(loop);
    return outcome;
  }

  private AddResult join(ScsiMpathDevice path) {
    ScsiMpathHead head = path.head();
    if (path.isRemoved()) {
      return new AddResult.Refused(path.label() + " was removed while it was being checked");
    }
    if (!path.swapped().isEmpty()) {
      return dismiss(path, path.swapped());
    }
    head.mpath().addDevice(path.mpath());
    head.restack();
    boolean first = head.mpath().setLive(path.mpath());
    events.added(path);
    if (first) {
      topology.headLive(head);
    }
    events.stateChanged(path);
    return first
        ? new AddResult.NewHead(head.id().text(), head.index(), head.mpath())
        : new AddResult.JoinedHead(head.id().text(), head.index(), head.mpath());
  }

  /** A path that has a claim, but is not on its head's list, must not get there. */
  private AddResult dismiss(ScsiMpathDevice path, String differences) {
    if (path.remove()) {
      forget(path);
      return refuse(path.device(), path.claim(), differences);
    }
    return new AddResult.Refused(path.label() + " was removed while it was being checked");
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

  private AddResult refuse(ScsiDevice device, String disk, String reason) {
    events.refused(device, disk, reason);
    return new AddResult.Refused(reason);
  }

  /**
   * Takes a device off its disk. I/O that is under way on it ends there; with the last path the
   * disk ends. The device itself stays with its host.
   *
   * @return false when it is no path
   */
  public boolean removePath(ScsiDevice device) {
    ScsiMpathDevice path = paths.get(device);
    return path != null && remove(path);
  }

  private boolean remove(ScsiMpathDevice path) {
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

  private void forget(ScsiMpathDevice path) {
    paths.remove(path.device());
    path.device().removeListener(watch);
  }

  private static <T> CompletableFuture<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }

  // ---- what can be seen and set -----------------------------------------------------------------

  /** Returns the state of all disks, without waiting for anything. Any thread. */
  public List<HeadSnapshot> heads() {
    return heads.list().stream().map(HeadSnapshot::of).toList();
  }

  /** Returns the disk of a head, if there is such a head. Any thread. */
  public Optional<BlockDevice> disk(int headIndex) {
    return head(headIndex).map(ScsiMpathHead::mpath);
  }

  /** Returns the path that a device is. Any thread. */
  public Optional<ScsiMpathDevice> path(ScsiDevice device) {
    return Optional.ofNullable(paths.get(device));
  }

  /**
   * Sets a head's I/O policy.
   *
   * @return false when there is no such head
   */
  public boolean setPolicy(int headIndex, IoPolicy policy) {
    Optional<ScsiMpathHead> head = head(headIndex);
    head.ifPresent(found -> found.mpath().setIoPolicy(policy));
    return head.isPresent();
  }

  /**
   * Sets whether a head's I/O waits even when none of its paths may come back by itself.
   *
   * @return false when there is no such head
   */
  public boolean setQueueIfNoPath(int headIndex, boolean queue) {
    Optional<ScsiMpathHead> head = head(headIndex);
    head.ifPresent(found -> found.mpath().setQueueIfNoPath(queue));
    return head.isPresent();
  }

  private Optional<ScsiMpathHead> head(int index) {
    return heads.list().stream().filter(head -> head.index() == index).findFirst();
  }
}
