package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.multipath.MultipathParameters;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The whole driver in one process under virtual time: an array of several logical units and
 * portals, a host for each portal that comes and goes, the disks, and their attribute tree.
 */
final class DriverStack {

  /** At LUN 0 there is a unit that stays, so that hosts can always be scanned. */
  private static final int STAYS = 0;

  private static final String TARGET = "iqn.2026-01.example:simulated";
  private static final String INITIATOR = "iqn.2026-01.example:initiator";
  private static final long FIRST_ISID = 0x8000_0000_0000L;
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int UEVENTS = 256;

  final SimulatedNetwork network;
  final Trace trace;
  final EventLoop initiatorLoop;
  final EventLoop arrayLoop;
  final EmulatedArray array;
  final ScsiMultipath multipath;
  final SysfsTree tree;

  /** Those that are mapped when all is in order, by their LUN less one; then the spare ones. */
  final List<SimulatedUnit> units = new ArrayList<>();

  final SimulatedUnit stays = new SimulatedUnit(STAYS);
  private final ScsiMultipathTree shown;
  private final SplittableRandom random;
  private final int portals;
  private final @Nullable ScsiHost[] hosts;
  private int hostsMade;

  /**
   * Builds it, without hosts.
   *
   * @param mapped how many units are mapped, beside the one that stays
   */
  DriverStack(SplittableRandom random, int portals, int mapped) {
    this.random = random;
    this.portals = portals;
    hosts = new @Nullable ScsiHost[portals];
    network = new SimulatedNetwork(random.nextLong());
    trace = new Trace(network.clock());
    initiatorLoop = network.newLoop("initiator");
    arrayLoop = network.newLoop("array");
    for (int i = 0; i <= mapped; i++) {
      units.add(new SimulatedUnit(i + 1));
    }
    array = newArray(mapped);
    try {
      array.start(arrayLoop);
    } catch (IOException e) {
      throw new IllegalStateException("cannot start the array", e);
    }
    multipath =
        new ScsiMultipath(
            initiatorLoop,
            ScsiMultipathConfig.forListedPaths(
                IoPolicies.ALL.get(random.nextInt(IoPolicies.ALL.size())), random.nextInt(4) == 0),
            NumaTopology.SINGLE_NODE,
            event -> trace.add(event.text()));
    InstantSource wall = () -> Instant.ofEpochMilli(network.clock().nanoTime() / 1_000_000);
    tree = new SysfsTree(wall, new UeventStream(wall, UEVENTS));
    shown = ScsiMultipathTree.of(tree, multipath);
    if (random.nextInt(3) == 0) {
      multipath.addAdmissionStep(path -> admitSlowly());
    }
  }

  /** A step that takes its time, and does not always find what it looks for. */
  private CompletableFuture<String> admitSlowly() {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    String wrong = random.nextInt(8) == 0 ? "it was not ready" : "";
    initiatorLoop.schedule(random.nextLong(RETRY_NANOS), () -> outcome.complete(wrong));
    return outcome;
  }

  private EmulatedArray newArray(int mapped) {
    EmulatedArray.Builder builder = EmulatedArray.builder(TARGET, random.split());
    stays.mapFirst(builder);
    for (SimulatedUnit unit : units.subList(0, mapped)) {
      unit.mapFirst(builder);
    }
    for (int i = 0; i < portals; i++) {
      builder.portal(address(i), i + 1);
    }
    return builder.build();
  }

  static Endpoint address(int portal) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal-" + portal, 3260));
  }

  SimulatedLink link(int portal) {
    return network.link(address(portal));
  }

  FaultSite faultSite() {
    List<SimulatedLink> links = new ArrayList<>();
    for (int i = 0; i < portals; i++) {
      links.add(link(i));
    }
    return new FaultSite(network, trace, links, array, arrayLoop, initiatorLoop, false);
  }

  int portals() {
    return portals;
  }

  // ---- hosts

  IscsiSession newSession(int portal, long isid) {
    return new IscsiSession(
        initiatorLoop,
        IscsiSessionConfig.of(INITIATOR, TARGET, address(portal)),
        isid,
        random.split());
  }

  @Nullable ScsiHost host(int portal) {
    return hosts[portal];
  }

  /** Adds the host of a portal unless it is there: it logs in, and is scanned when it can be. */
  void addHost(int portal) {
    if (hosts[portal] != null) {
      return;
    }
    IscsiSession session = newSession(portal, FIRST_ISID + hostsMade);
    ScsiHost host = new ScsiHost(hostsMade, session, initiatorLoop, ScsiTimeouts.DEFAULTS);
    hostsMade++;
    hosts[portal] = host;
    multipath.addHost(host);
    var _ = session.start().whenComplete((up, failure) -> scanUntilDone(host));
  }

  private void scanUntilDone(ScsiHost host) {
    if (host.isClosed()) {
      return;
    }
    if (!host.transport().isUp()) {
      initiatorLoop.schedule(RETRY_NANOS, () -> scanUntilDone(host));
      return;
    }
    var _ =
        multipath
            .scan(host)
            .whenComplete((report, failure) -> {
              if (failure != null) {
                initiatorLoop.schedule(RETRY_NANOS, () -> scanUntilDone(host));
              }
            });
  }

  /** Closes the host of a portal if it is there. What it has sent and nobody has read is lost. */
  void removeHost(int portal) {
    ScsiHost host = hosts[portal];
    if (host != null) {
      hosts[portal] = null;
      link(portal).reset();
      host.close();
    }
  }

  // ---- disks

  List<ScsiMpathHead> heads() {
    return multipath.mpathHeads();
  }

  /** Returns the unit behind a disk. */
  SimulatedUnit unitOf(ScsiMpathHead head) {
    return unit(head.idText()).orElseThrow();
  }

  Optional<SimulatedUnit> unit(String wwid) {
    return wwid.equals(stays.wwid())
        ? Optional.of(stays)
        : units.stream().filter(unit -> unit.wwid().equals(wwid)).findFirst();
  }

  /** Sets which devices are multipathed from now on. */
  void setMode(String word) {
    multipath.parameters().set(MultipathParameters.MULTIPATH, word);
    trace.add("mode " + word);
  }

  /** Writes a file of the tree as a shell would; tells what came of it. */
  void write(String path, String text) {
    try {
      tree.writeAttribute(path, text);
      trace.add("echo " + text + " > " + path);
    } catch (SysfsException e) {
      trace.add("echo " + text + " > " + path + ": " + e.errno() + " " + e.getMessage());
    }
  }

  /** Ends what is left of it, but the array. */
  void close() {
    shown.close();
  }
}
