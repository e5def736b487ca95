package io.multipath4j.interop;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.server.Portal;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The emulated array with two portals, and one disk over both, in this process. */
final class MultipathRig implements AutoCloseable {

  private static final String TARGET = "iqn.2026-01.example:rig";
  private static final int LUN = 1;

  private final SecureRandom random = new SecureRandom();
  private final NioEventLoop arrayLoop = new NioEventLoop();
  private final NioEventLoop loop = new NioEventLoop();
  private final EmulatedArray array;
  private final List<ScsiHost> hosts = new ArrayList<>();
  private final ScsiMultipath multipath;

  /** What happened to paths, as text. */
  final List<String> events = new CopyOnWriteArrayList<>();

  final List<Portal> portals;
  final BlockDevice disk;

  MultipathRig(int mebibytes) throws Exception {
    long bytes = (long) mebibytes << 20;
    array =
        EmulatedArray.builder(TARGET, random)
            .lun(LUN, 512, new MemoryStore(bytes, bytes * 2))
            .portal(freePort(), 1)
            .portal(freePort(), 2)
            .build();
    arrayLoop.start("array");
    loop.start("disk");
    portals = CompletableFuture.supplyAsync(this::startArray, arrayLoop).get(10, TimeUnit.SECONDS);
    multipath =
        new ScsiMultipath(
            loop,
            ScsiMultipathConfig.forListedPaths(IoPolicies.ROUND_ROBIN, false),
            NumaTopology.SINGLE_NODE,
            event -> events.add(event.text()));
    AddResult.NewHead head = (AddResult.NewHead) addPath(portals.get(0));
    addPath(portals.get(1));
    disk = head.disk();
  }

  private static Endpoint freePort() {
    return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private List<Portal> startArray() {
    try {
      return array.start(arrayLoop);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeArray() {
    try {
      array.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AddResult addPath(Portal portal) throws Exception {
    return CompletableFuture.completedFuture(portal)
        .thenComposeAsync(this::login, loop)
        .get(10, TimeUnit.SECONDS);
  }

  private CompletableFuture<AddResult> login(Portal portal) {
    IscsiSessionConfig config =
        IscsiSessionConfig.of("iqn.2026-01.example:host", TARGET, portal.address());
    int number = hosts.size();
    IscsiSession session =
        new IscsiSession(loop, config, 0x8000_0000_0000L | 5 << 16 | number, random);
    ScsiHost host = new ScsiHost(number, session, loop, ScsiTimeouts.DEFAULTS);
    hosts.add(host);
    return session
        .start()
        .thenCompose(up -> host.probe(Lun.of(LUN)))
        .thenCompose(multipath::addDevice);
  }

  NioEventLoop loop() {
    return loop;
  }

  @Override
  public void close() {
    portals.forEach(Portal::restore);
    CompletableFuture.runAsync(() -> hosts.forEach(ScsiHost::close), loop).join();
    loop.close();
    CompletableFuture.runAsync(this::closeArray, arrayLoop).join();
    arrayLoop.close();
  }
}
