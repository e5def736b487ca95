package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.server.Portal;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiSessionConfig.DigestPreference;
import io.multipath4j.iscsi.IscsiSessionConfig.Limits;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.nbd.NbdExport;
import io.multipath4j.nbd.NbdServer;
import io.multipath4j.nbd.NbdServerConfig;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything from an NBD client to the blocks of the array, in one process, on one thread, under
 * virtual time, with the timers that users have.
 *
 * <pre>
 * load -> [NBD client -> NBD server ->] head -> path disks -> hosts -> sessions -> links -> portals
 * '---- host "client" ----' '------------- host "initiator" ------------'      '- host "array" -'
 * </pre>
 */
final class SimulatedStack {

  static final long LUN = Lun.of(1);

  private static final long CAPACITY_BYTES = 2 * 1024 * 1024;
  private static final String TARGET = "iqn.2026-01.example:simulated";
  private static final String INITIATOR = "iqn.2026-01.example:initiator";
  private static final long FIRST_ISID = 0x8000_0000_0000L;
  private static final Endpoint NBD =
      new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 10809));

  /**
   * What to build.
   *
   * @param paths 1 to 64, each through a portal and a target port group of its own
   * @param blockBytes the array's logical block
   * @param nbd put an NBD server and client on top
   * @param limits of the initiator's sessions
   * @param wishes what the array wants at login
   * @param digests protect headers and data
   * @param windowBytes what a link takes before the receiver has read it
   */
  record Plan(
      int paths,
      int blockBytes,
      IoPolicy policy,
      boolean nbd,
      Limits limits,
      Map<NegotiationKey, String> wishes,
      boolean digests,
      int windowBytes) {

    /** Two or more paths with the defaults of everything. */
    static Plan of(int paths, IoPolicy policy, boolean nbd) {
      int window = SimulatedLink.DEFAULT_WINDOW_BYTES;
      return new Plan(paths, 512, policy, nbd, Limits.DEFAULT, Map.of(), false, window);
    }

    static Plan random(SplittableRandom random) {
      int window = 1 << random.nextInt(12, 19);
      return new Plan(
          2 + random.nextInt(3),
          random.nextInt(4) == 0 ? 4096 : 512,
          IoPolicies.ALL.get(random.nextInt(IoPolicies.ALL.size())),
          random.nextBoolean(),
          random.nextBoolean() ? Limits.DEFAULT : randomLimits(random),
          random.nextBoolean() ? Map.of() : randomWishes(random),
          random.nextInt(3) == 0,
          random.nextBoolean() ? SimulatedLink.DEFAULT_WINDOW_BYTES : window);
    }

    private static Limits randomLimits(SplittableRandom random) {
      int maxBurst = 1 << random.nextInt(9, 21);
      return new Limits(
          1 << random.nextInt(9),
          1 << random.nextInt(12, 21),
          1 << random.nextInt(13, 19),
          maxBurst,
          Math.max(512, maxBurst >> random.nextInt(5)),
          1 + random.nextInt(4),
          random.nextBoolean(),
          random.nextBoolean(),
          4);
    }

    private static Map<NegotiationKey, String> randomWishes(SplittableRandom random) {
      return Map.of(
          NegotiationKey.INITIAL_R2T,
          random.nextBoolean() ? "Yes" : "No",
          NegotiationKey.IMMEDIATE_DATA,
          random.nextBoolean() ? "Yes" : "No",
          NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH,
          String.valueOf(1 << random.nextInt(9, 19)),
          NegotiationKey.FIRST_BURST_LENGTH,
          String.valueOf(1 << random.nextInt(9, 19)));
    }

    @Override
    public String toString() {
      return "%d paths, %d-byte blocks, %s%s, %s, %s, window %d%s"
          .formatted(
              paths,
              blockBytes,
              policy.word(),
              nbd ? ", over NBD" : "",
              limits,
              new TreeMap<>(wishes),
              windowBytes,
              digests ? ", digests" : "");
    }
  }

  /** Replacements for parts of the stack, for planted bugs. */
  record Parts(
      UnaryOperator<EventLoop> multipathLoop,
      UnaryOperator<ScsiTransport> transport,
      UnaryOperator<BlockDevice> disk) {

    static final Parts REAL =
        new Parts(UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity());

    static Parts ofDisk(UnaryOperator<BlockDevice> disk) {
      return new Parts(UnaryOperator.identity(), UnaryOperator.identity(), disk);
    }
  }

  /** One path, from its portal's address to its device. */
  record Path(Endpoint address, SimulatedLink link, ScsiHost host, ScsiDevice device) {}

  final SimulatedNetwork network;
  final Trace trace;
  final EventLoop clientLoop;
  final EventLoop initiatorLoop;
  final EventLoop arrayLoop;
  final EmulatedArray array;
  final ScsiMultipath multipath;
  final List<Path> paths = new ArrayList<>();
  private final SplittableRandom random;
  private final Plan plan;
  private @Nullable MpathHead<?> head;
  private @Nullable NbdServer server;
  private @Nullable NbdClient client;
  private @Nullable BlockDevice device;

  /** Builds it and attaches all paths. */
  SimulatedStack(long seed, Plan plan, Parts parts) {
    this.plan = plan;
    random = new SplittableRandom(seed);
    network = new SimulatedNetwork(random.nextLong());
    trace = new Trace(network.clock());
    clientLoop = network.newLoop("client");
    initiatorLoop = network.newLoop("initiator");
    arrayLoop = network.newLoop("array");
    array = newArray();
    EventLoop multipathLoop = parts.multipathLoop().apply(initiatorLoop);
    multipath =
        new ScsiMultipath(
            multipathLoop,
            ScsiMultipathConfig.forListedPaths(plan.policy(), false),
            NumaTopology.SINGLE_NODE,
            event -> trace.add(event.text()));
    try {
      array.start(arrayLoop);
      for (int i = 0; i < plan.paths(); i++) {
        attach(i, parts.transport());
      }
      BlockDevice disk = parts.disk().apply(head());
      device = plan.nbd() ? serve(disk) : disk;
    } catch (IOException e) {
      throw new IllegalStateException("cannot build the stack", e);
    }
  }

  private EmulatedArray newArray() {
    EmulatedArray.Builder builder =
        EmulatedArray.builder(TARGET, random.split())
            .lun(1, plan.blockBytes(), new MemoryStore(CAPACITY_BYTES, Long.MAX_VALUE));
    plan.wishes().forEach(builder::negotiate);
    for (int i = 0; i < plan.paths(); i++) {
      builder.portal(address(i), i + 1);
    }
    return builder.build();
  }

  private static Endpoint address(int path) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal-" + path, 3260));
  }

  private void attach(int number, UnaryOperator<ScsiTransport> wrap) {
    Endpoint address = address(number);
    network.link(address).window(plan.windowBytes());
    IscsiSession session = newSession(address, FIRST_ISID + number);
    ScsiHost host = new ScsiHost(number, wrap.apply(session), initiatorLoop, ScsiTimeouts.DEFAULTS);
    await(session.start());
    ScsiDevice found = await(host.probe(LUN));
    switch (await(multipath.addDevice(found))) {
      case AddResult.NewHead first -> head = (MpathHead<?>) first.disk();
      case AddResult.JoinedHead joined -> trace.add("joined " + joined.disk().name());
      case AddResult.OrdinaryDisk no -> throw new IllegalStateException(no.reason());
      case AddResult.NoDisk no -> throw new IllegalStateException(no.reason());
      case AddResult.Refused no -> throw new IllegalStateException(no.reason());
    }
    paths.add(new Path(address, network.link(address), host, found));
  }

  /** Makes one more session with the array, to be started. */
  IscsiSession newSession(Endpoint portal, long isid) {
    IscsiSessionConfig config =
        IscsiSessionConfig.of(INITIATOR, TARGET, portal)
            .withLimits(plan.limits())
            .withDigests(plan.digests() ? DigestPreference.REQUIRED : DigestPreference.NONE);
    return new IscsiSession(initiatorLoop, config, isid, random.split());
  }

  private BlockDevice serve(BlockDevice disk) throws IOException {
    NbdServerConfig config =
        NbdServerConfig.builder().export(NbdExport.of("disk", disk)).listen(NBD).build();
    server = NbdServer.start(initiatorLoop, config);
    CompletableFuture<BlockDevice> ready = new CompletableFuture<>();
    client =
        NbdClient.connect(
            clientLoop,
            NBD,
            NbdClientConfig.of("disk", 128),
            new NbdClientListener() {
              @Override
              public void onReady(NbdClient connected) {
                ready.complete(connected);
              }

              @Override
              public void onClosed(NbdClient lost, IOException cause) {
                trace.violation("NBD connection lost: " + cause.getMessage());
                ready.completeExceptionally(cause);
              }
            });
    return await(ready);
  }

  // ---- what to use

  MpathHead<?> head() {
    return Objects.requireNonNull(head);
  }

  /** Returns the top of the stack. */
  BlockDevice device() {
    return Objects.requireNonNull(device);
  }

  /** Returns the loop of {@link #device}. */
  EventLoop deviceLoop() {
    return plan.nbd() ? clientLoop : initiatorLoop;
  }

  FaultSite faultSite() {
    List<SimulatedLink> links = paths.stream().map(Path::link).toList();
    return new FaultSite(network, trace, links, array, arrayLoop, initiatorLoop, plan.digests());
  }

  List<Portal> portals() {
    return array.portals();
  }

  /** Runs until the future is there, ten virtual seconds at most. */
  <T> T await(CompletableFuture<T> future) {
    if (!network.runUntil(future::isDone, TimeUnit.SECONDS.toNanos(10))) {
      throw new IllegalStateException("nothing came of it within ten seconds");
    }
    return future.join();
  }

  /** Ends everything in the orderly way. */
  void close() {
    if (client != null) {
      clientLoop.execute(client::close);
    }
    if (server != null) {
      var _ = server.close(1000);
    }
    network.runFor(TimeUnit.SECONDS.toNanos(2));
    for (Path path : paths) {
      initiatorLoop.execute(path.host()::close);
    }
    network.runFor(TimeUnit.SECONDS.toNanos(2));
  }

  /** Returns what the server still owes to clients. */
  long nbdInFlight() {
    return server == null ? 0 : server.statistics("disk").inFlight();
  }
}
