package io.multipath4j.mpath.demo;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.server.Portal;
import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.mpath.attach.AttachListener;
import io.multipath4j.mpath.attach.AttachPlan;
import io.multipath4j.mpath.attach.DiskService;
import io.multipath4j.mpath.attach.ServedDisks;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.PathSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Everything that the demo runs: the embedded array with two portals, the disk attached through
 * both and served on a Unix socket, and a client with a verifying load. Array, disk and client have
 * a loop each, as they would be three processes.
 */
final class DemoRig implements AutoCloseable {

  private static final String TARGET = "iqn.2026-01.io.multipath4j:demo";
  private static final int LUN = 1;
  private static final int BLOCK_BYTES = 512;
  private static final long STEP_MILLIS = 10_000;

  /** One step of taking the rig down. */
  private interface Step {
    void run() throws Exception;
  }

  private final Deque<Step> teardown = new ArrayDeque<>();
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private final NioEventLoop loadLoop;
  private final PathTimes pathTimes;
  private final DiskService service;
  private final ServedDisks served;
  private final List<Portal> portals;
  private final VerifyingLoad load;

  /**
   * Starts everything but the load.
   *
   * @param listener told what happens to the paths
   * @param plan of the load; the disk is as large as its region
   * @param seed of the load
   */
  DemoRig(AttachListener listener, LoadPlan plan, long seed)
      throws CommandFailure, InterruptedException {
    try {
      Path folder = privateFolder();
      SecureRandom random = new SecureRandom();
      portals = startArray(plan.regionBytes(), random);
      NioEventLoop diskLoop = startLoop("mpath-disk");
      pathTimes = new PathTimes(diskLoop.clock(), listener);
      service =
          new DiskService(diskLoop, attachPlan(folder.resolve("disk.sock")), pathTimes, random);
      teardown.push(() -> await(Loops.compose(diskLoop, service::close), "detaching"));
      served = await(Loops.compose(diskLoop, service::start), "attaching");
      loadLoop = startLoop("mpath-load");
      NbdClient client = connect(plan.depth());
      load =
          await(
              Loops.call(
                  loadLoop,
                  () -> new VerifyingLoad(client, loadLoop, new SplittableRandom(seed), plan)),
              "preparing the load");
    } catch (CommandFailure | InterruptedException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private Path privateFolder() throws CommandFailure {
    try {
      Path folder = Files.createTempDirectory("mpath-demo");
      teardown.push(() -> Files.delete(folder));
      return folder;
    } catch (IOException e) {
      throw new CommandFailure("cannot make a temporary folder: " + e.getMessage(), e);
    }
  }

  private NioEventLoop startLoop(String name) throws CommandFailure {
    NioEventLoop loop = Loops.start(name);
    teardown.push(loop::close);
    return loop;
  }

  private List<Portal> startArray(long diskBytes, SecureRandom random)
      throws CommandFailure, InterruptedException {
    NioEventLoop loop = startLoop("mpath-array");
    EmulatedArray array =
        EmulatedArray.builder(TARGET, random)
            .lun(LUN, BLOCK_BYTES, new MemoryStore(diskBytes, diskBytes * 2))
            .portal(freeLoopbackPort(), 1)
            .portal(freeLoopbackPort(), 2)
            .build();
    teardown.push(() ->
        await(
            Loops.call(
                loop,
                () -> {
                  array.close();
                  return true;
                }),
            "closing the array"));
    List<Portal> bound = await(Loops.call(loop, () -> array.start(loop)), "starting the array");
    // A silent portal would not answer the logout.
    teardown.push(() -> bound.forEach(Portal::restore));
    return bound;
  }

  private static Endpoint.Tcp freeLoopbackPort() {
    return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private AttachPlan attachPlan(Path socket) {
    List<IscsiPath> paths =
        portals.stream()
            .map(portal ->
                new IscsiPath(
                    "iscsi://" + portal.address() + "/" + TARGET + "/" + LUN,
                    IscsiSessionConfig.of(
                        IscsiSessionConfig.defaultInitiatorName("demo"), TARGET, portal.address()),
                    OptionalLong.of(Lun.of(LUN))))
            .toList();
    return new AttachPlan(
        paths, InitiatorConfig.DEFAULTS, "", new Endpoint.Unix(socket), false, false);
  }

  private NbdClient connect(int depth) throws CommandFailure, InterruptedException {
    CompletableFuture<NbdClient> ready = new CompletableFuture<>();
    NbdClientListener listener =
        new NbdClientListener() {
          @Override
          public void onReady(NbdClient client) {
            ready.complete(client);
          }

          @Override
          public void onClosed(NbdClient client, IOException cause) {
            ready.completeExceptionally(cause);
            broken.completeExceptionally(cause);
          }
        };
    NbdClient client =
        await(
            Loops.call(
                loadLoop,
                () ->
                    NbdClient.connect(
                        loadLoop, served.nbd(), NbdClientConfig.of("", depth), listener)),
            "connecting the client");
    teardown.push(() ->
        await(
            Loops.call(
                loadLoop,
                () -> {
                  client.close();
                  return true;
                }),
            "disconnecting the client"));
    return await(ready, "the client's handshake");
  }

  private static <T> T await(CompletableFuture<T> future, String what)
      throws CommandFailure, InterruptedException {
    return Loops.await(future, STEP_MILLIS, what);
  }

  ServedDisks served() {
    return served;
  }

  /** Returns the paths of the disk as they are now. */
  List<PathSnapshot> paths() {
    return service.heads().stream().flatMap(head -> head.paths().stream()).toList();
  }

  PathTimes pathTimes() {
    return pathTimes;
  }

  List<Portal> portals() {
    return portals;
  }

  VerifyingLoad load() {
    return load;
  }

  /** Returns the client's loop, which is the load's. */
  NioEventLoop loadLoop() {
    return loadLoop;
  }

  /** Fails when the client loses its connection, which must not happen. */
  CompletableFuture<Void> broken() {
    return broken;
  }

  /** Takes everything down, also what is half up, and leaves nothing behind. */
  @Override
  public void close() throws CommandFailure {
    boolean interrupted = Thread.interrupted();
    CommandFailure first = null;
    while (!teardown.isEmpty()) {
      try {
        teardown.pop().run();
      } catch (Exception failure) {
        CommandFailure failed = new CommandFailure("cleaning up: " + failure.getMessage(), failure);
        if (first == null) {
          first = failed;
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (first != null) {
      throw first;
    }
  }
}
