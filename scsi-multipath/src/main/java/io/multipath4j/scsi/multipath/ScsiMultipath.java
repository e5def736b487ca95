package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScanPattern;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiHostListener;
import io.multipath4j.scsi.multipath.reservation.HeadReservations;
import io.multipath4j.scsi.multipath.reservation.KeyStore;
import io.multipath4j.scsi.multipath.reservation.RefusedReservations;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * SCSI multipath: devices that are paths to one logical unit become one disk. Loop thread only,
 * except where it says "any thread"; all devices are of this loop.
 */
public final class ScsiMultipath {

  private final EventLoop loop;
  private final ScsiMultipathConfig config;
  private final TopologyListeners topology = new TopologyListeners();
  private final Set<ScsiHost> hosts = ConcurrentHashMap.newKeySet();
  private final Set<ScsiHost> scanned = ConcurrentHashMap.newKeySet();
  private final ScsiMpathHeads heads = new ScsiMpathHeads();
  private final PlainDisks plainDisks = new PlainDisks(heads, topology);
  private final MultipathParameters parameters;
  private final PathEvents events;
  private final PathAdmission admission;
  private final HostDiscovery discovery;

  /** Null: persistent reservations are refused. */
  private volatile @Nullable PathReservations reservations;

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
    this.parameters = new MultipathParameters(config.mode(), config.policy());
    this.events = new PathEvents(listener, topology);
    this.admission = new PathAdmission(loop, config, parameters, numa, heads, topology, events);
    this.discovery =
        new HostDiscovery(
            this::offer, device -> admission.path(device) != null || plainDisks.of(device) != null);
  }

  // ---- hosts, and who watches ------------------------------------------------------------------

  /**
   * Makes a host one of those that are shown to listeners, until it is closed. Paths may also be
   * devices of other hosts. Does nothing when it is one already, or is closed.
   */
  public void addHost(ScsiHost host) {
    if (host.isClosed() || !hosts.add(host)) {
      return;
    }
    topology.hostAdded(host);
    host.addListener(
        new ScsiHostListener() {
          @Override
          public void deviceAdded(ScsiDevice device) {
            deviceFound(device);
          }

          @Override
          public void deviceRemoved(ScsiDevice device) {
            topology.deviceRemoved(device);
          }

          @Override
          public void hostClosed(ScsiHost closed) {
            hosts.remove(closed);
            scanned.remove(closed);
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

  /** Returns how many numbers of heads, disks and paths are taken. Any thread. */
  public NumbersInUse numbersInUse() {
    return heads.numbersInUse();
  }

  /** Adds who is told what comes and goes from now on. */
  public void addTopologyListener(TopologyListener listener) {
    topology.add(listener);
  }

  /** Removes a listener. */
  public void removeTopologyListener(TopologyListener listener) {
    topology.remove(listener);
  }

  /** Returns the parameters; a change is for what is found afterwards. Any thread. */
  public MultipathParameters parameters() {
    return parameters;
  }

  /** Returns the disks of devices that are not multipathed, by their letters. Any thread. */
  public List<PlainDisk> plainDisks() {
    return plainDisks.list();
  }

  /** Returns the loop of all devices. Any thread. */
  public EventLoop loop() {
    return loop;
  }

  // ---- paths come and go ------------------------------------------------------------------------

  /**
   * Takes a probed device in: as one more path of the disk with its id, as the first path of a new
   * disk, as an ordinary disk, or not at all. From here on this object is the return gate of the
   * device's host, and a device that its host removes leaves its disk by itself.
   *
   * @return completed on the loop thread: at once, unless content is to be compared or there are
   *     {@link AdmissionStep}s. It never fails
   * @throws IllegalArgumentException when the device was not probed or is a path already
   */
  public CompletableFuture<AddResult> addDevice(ScsiDevice device) {
    DeviceProperties told = device.properties();
    if (told == null || admission.path(device) != null) {
      throw new IllegalArgumentException(
          device + (told == null ? " was not probed" : " is a path already"));
    }
    if (device.state() == DeviceState.DELETED || device.state() == DeviceState.CANCEL) {
      String label = ScsiMpathDevice.label(device);
      return done(admission.refuse(device, "", "refused " + label + ": it is being removed"));
    }
    return switch (Admission.of(parameters.mode(), config.acceptWeakIds(), told)) {
      case Admission.Ordinary(String reason) -> done(addPlainDisk(device, reason));
      case Admission.NoDisk(String reason) -> done(new AddResult.NoDisk(reason));
      case Admission.Multipath(UniqueId id, LunIdentity identity) ->
          admission.claim(device, id, identity);
    };
  }

  private AddResult addPlainDisk(ScsiDevice device, String reason) {
    try {
      return new AddResult.OrdinaryDisk(reason, plainDisks.add(device, reason).disk());
    } catch (IllegalStateException e) {
      return admission.refuse(
          device, "", "refused " + ScsiMpathDevice.label(device) + ": " + e.getMessage());
    }
  }

  /**
   * Takes a device off its disk. I/O that is under way on it ends there; with the last path the
   * disk ends. The device itself stays with its host; {@link ScsiHost#remove} removes both.
   *
   * @return false when it is no path
   */
  public boolean removePath(ScsiDevice device) {
    ScsiMpathDevice path = admission.path(device);
    return path != null && admission.remove(path);
  }

  /** Adds something that must be so before a path carries I/O, after those that were added. */
  public void addAdmissionStep(AdmissionStep step) {
    admission.steps().add(step);
  }

  /**
   * Lets disks have persistent reservations; without this call they are refused. To be called once,
   * before there are paths.
   *
   * @param store keeps the keys of this host
   * @throws IllegalStateException when there are paths, or they are allowed already
   */
  public void allowPersistentReservations(KeyStore store) {
    if (reservations != null || !heads.list().isEmpty()) {
      throw new IllegalStateException(
          "persistent reservations are to be allowed once, before there are disks");
    }
    PathReservations allowed = new PathReservations(loop, store, events);
    reservations = allowed;
    topology.add(allowed);
    admission.steps().add(allowed);
    admission.template().setReservations(this::reservationsOf);
  }

  /**
   * Returns the persistent reservations of a head.
   *
   * @return empty when there is no such head, or they are refused
   */
  public Optional<HeadReservations> reservations(int headIndex) {
    PathReservations allowed = reservations;
    return allowed == null ? Optional.empty() : head(headIndex).map(allowed::of);
  }

  private PersistentReservations reservationsOf(MpathHead<ScsiMpathDevice> mpath) {
    PathReservations allowed = reservations;
    return heads.list().stream()
        .filter(head -> head.mpath() == mpath && allowed != null)
        .findFirst()
        .<PersistentReservations>map(head -> Objects.requireNonNull(allowed).of(head))
        .orElseGet(() -> new RefusedReservations(mpath.name()));
  }

  /** Tells whether disks may have persistent reservations. Any thread. */
  public boolean allowsPersistentReservations() {
    return reservations != null;
  }

  /** Removes a step; paths that wait for it go on when they are looked at next. */
  public void removeAdmissionStep(AdmissionStep step) {
    admission.steps().remove(step);
  }

  private static <T> CompletableFuture<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }

  // ---- scans ------------------------------------------------------------------------------------

  /**
   * Scans a host, see {@link ScsiHost#scan}, and takes in what is there. From then on the host's
   * devices are taken in by themselves, whenever one is found.
   *
   * @return completed on the loop thread when each device was taken in or refused; fails with
   *     {@link io.multipath4j.scsi.ScsiException} when the target gives no list
   * @throws IllegalArgumentException when the pattern names a channel or target other than 0
   */
  public CompletableFuture<ScanReport> scan(ScsiHost host, ScanPattern pattern) {
    addHost(host);
    if (!host.isClosed()) {
      scanned.add(host);
    }
    return host.scan(pattern)
        .thenCompose(result -> {
          Map<ScsiDevice, CompletableFuture<AddResult>> offers = new LinkedHashMap<>();
          result.added().forEach(device -> offers.put(device, discovery.take(device)));
          result.present().forEach(device -> offers.put(device, discovery.take(device)));
          return CompletableFuture.allOf(offers.values().toArray(new CompletableFuture<?>[0]))
              .thenApply(ignored -> {
                Map<ScsiDevice, AddResult> taken = new LinkedHashMap<>();
                offers.forEach((device, offer) -> taken.put(device, offer.join()));
                return new ScanReport(host, result, taken);
              });
        });
  }

  /** Scans everything behind a host: {@code scan(host, ScanPattern.ALL)}. */
  public CompletableFuture<ScanReport> scan(ScsiHost host) {
    return scan(host, ScanPattern.ALL);
  }

  /**
   * Scans everything behind every host, all at the same time.
   *
   * @return for each host, in the order of {@link #hosts}, a future as of {@link #scan}
   */
  public List<CompletableFuture<ScanReport>> scanAll() {
    return hosts().stream().map(this::scan).toList();
  }

  /** A device that was taken in before its host was scanned is what it is. */
  private CompletableFuture<AddResult> offer(ScsiDevice device) {
    ScsiMpathDevice path = admission.path(device);
    if (path == null) {
      return addDevice(device);
    }
    ScsiMpathHead head = path.head();
    return done(new AddResult.JoinedHead(head.idText(), head.index(), head.mpath()));
  }

  private void deviceFound(ScsiDevice device) {
    topology.deviceAdded(device);
    if (scanned.contains(device.host())) {
      var _ = discovery.take(device);
    }
  }

  // ---- what can be seen and set -----------------------------------------------------------------

  /** Returns the state of all disks, without waiting for anything. Any thread. */
  public List<HeadSnapshot> heads() {
    return heads.list().stream().map(HeadSnapshot::of).toList();
  }

  /** Returns the disk with a name, such as {@code sda}: a head's or an ordinary one. Any thread. */
  public Optional<BlockDevice> disk(String name) {
    Optional<BlockDevice> multipath =
        heads.list().stream()
            .filter(head -> head.diskName().equals(name))
            .map(head -> (BlockDevice) head.mpath())
            .findFirst();
    return multipath.or(() ->
        plainDisks().stream()
            .filter(disk -> disk.name().equals(name))
            .map(PlainDisk::disk)
            .findFirst());
  }

  /** Returns the disk of a head, if there is such a head. Any thread. */
  public Optional<BlockDevice> disk(int headIndex) {
    return head(headIndex).map(ScsiMpathHead::mpath);
  }

  /** Returns the unique id that a device tells, multipathed or not. Any thread. */
  public Optional<String> uniqueId(ScsiDevice device) {
    return Optional.ofNullable(device.properties()).map(Admission::uniqueId).map(UniqueId::text);
  }

  /** Returns the path that a device is. Any thread. */
  public Optional<ScsiMpathDevice> path(ScsiDevice device) {
    return Optional.ofNullable(admission.path(device));
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

  /**
   * Sets for how long a head's disk stays when its last path is removed. Meanwhile, and whenever no
   * path is usable, its I/O waits. A path with the same id that is found in time makes the same
   * disk go on; else the disk is removed and its I/O fails. With 0 that happens at once, also to a
   * disk that is waiting.
   *
   * @param seconds 0 to 2^32 - 1
   * @return false when there is no such head
   * @throws IllegalArgumentException when it is out of range; nothing has changed then
   */
  public boolean setDelayedRemovalSecs(int headIndex, long seconds) {
    Optional<ScsiMpathHead> head = head(headIndex);
    head.ifPresent(found -> found.mpath().life().setDelayedRemovalSecs(seconds));
    return head.isPresent();
  }

  /**
   * Opens a disk, so that its name means no other one until it is closed, also when it is removed
   * meanwhile: then all its I/O fails. Any thread.
   *
   * @param name such as {@code sda}
   * @throws BlockOperationException ENXIO when there is no such disk, or it is not live
   */
  public OpenDisk open(String name) throws BlockOperationException {
    for (ScsiMpathHead head : heads.list()) {
      if (head.diskName().equals(name)) {
        return new OpenDisk(head.mpath(), head.mpath().life().open()::close);
      }
    }
    for (PlainDisk plain : plainDisks()) {
      if (plain.name().equals(name)) {
        return new OpenDisk(plain.disk(), plain.open());
      }
    }
    throw BlockOperationException.gone("cannot open " + name + ": there is no such disk");
  }

  private Optional<ScsiMpathHead> head(int index) {
    return heads.list().stream().filter(head -> head.index() == index).findFirst();
  }
}
