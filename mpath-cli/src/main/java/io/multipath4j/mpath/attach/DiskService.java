package io.multipath4j.mpath.attach;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.initiator.AttachFailedException;
import io.multipath4j.initiator.Initiator;
import io.multipath4j.nbd.NbdExport;
import io.multipath4j.nbd.NbdServer;
import io.multipath4j.nbd.NbdServerConfig;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.PlainDisk;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.TopologyListener;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Serves the disks of iSCSI paths over NBD, all on one loop: those that are there at first as soon
 * as the initiator is ready, and then each that comes, until it goes.
 *
 * <p>Loop thread only, except {@link #heads} and {@link #multipath}.
 */
public final class DiskService {

  /** Longest wait for clients' I/O when the service ends. */
  private static final long DRAIN_MILLIS = 3_000;

  private final EventLoop loop;
  private final AttachPlan plan;
  private final AttachListener listener;
  private final Initiator initiator;

  /** What each disk that is served is called there. */
  private final Map<String, String> exports = new HashMap<>();

  private @Nullable NbdServer server;

  /** The disk that the plan's export name is for; empty before there is one. */
  private String namedDisk = "";

  private boolean stopping;
  private @Nullable CompletableFuture<Void> closing;

  /**
   * Makes one; {@link #start} begins.
   *
   * @param random a secure one in production
   */
  public DiskService(
      EventLoop loop, AttachPlan plan, AttachListener listener, RandomGenerator random) {
    this.loop = loop;
    this.plan = plan;
    this.listener = listener;
    this.initiator = new Initiator(loop, plan.initiator(), listener, random);
    initiator
        .multipath()
        .addTopologyListener(
            new TopologyListener() {
              @Override
              public void headLive(ScsiMpathHead head) {
                diskCame(head);
              }

              @Override
              public void headRemoved(ScsiMpathHead head) {
                diskWent(head.diskName());
              }

              @Override
              public void plainDiskAdded(PlainDisk disk) {
                plainDiskCame(disk);
              }

              @Override
              public void plainDiskRemoved(PlainDisk disk) {
                diskWent(disk.name());
              }
            });
  }

  /**
   * Starts to attach.
   *
   * @return completed when the disks are served; exceptionally with an {@link
   *     AttachFailedException} when they cannot be. The service is to be closed in both cases.
   */
  public CompletableFuture<ServedDisks> start() {
    return initiator.attach(plan.paths()).thenApply(disks -> serve());
  }

  /** Returns what attaches, for what is to be said before {@link #start}. */
  public Initiator initiator() {
    return initiator;
  }

  /** Returns the hosts, heads and paths. Any thread. */
  public ScsiMultipath multipath() {
    return initiator.multipath();
  }

  /** Returns the disks as they are now. Any thread. */
  public List<HeadSnapshot> heads() {
    return initiator.multipath().heads();
  }

  /**
   * Ends in order: lets clients' I/O finish for a while, stops to serve, removes the socket and
   * logs out. Idempotent.
   *
   * @return completed on the loop thread when it is done
   */
  public CompletionStage<Void> close() {
    stopping = true; // from here on a disk that goes is no news
    if (closing == null) {
      CompletionStage<Void> drained =
          server == null ? CompletableFuture.completedFuture(null) : server.close(DRAIN_MILLIS);
      closing = drained.thenRun(initiator::close).toCompletableFuture();
    }
    return closing;
  }

  private ServedDisks serve() {
    List<ScsiMpathHead> live =
        multipath().mpathHeads().stream().filter(head -> head.mpath().isLive()).toList();
    NbdServerConfig.Builder config =
        NbdServerConfig.builder().listen(plan.nbd()).allowRemote(plan.allowRemote());
    live.forEach(head -> config.export(export(head)));
    List<PlainDisk> plain = multipath().plainDisks();
    plain.forEach(one -> config.export(export(one)));
    try {
      NbdServer started = NbdServer.start(loop, config.build());
      server = started;
      return new ServedDisks(
          live.stream().flatMap(head -> snapshot(head).stream()).toList(),
          plain.stream().map(PlainDisk::snapshot).toList(),
          started.endpoints().getFirst(),
          plan.paths().size());
    } catch (IOException | IllegalArgumentException cannotListen) {
      throw new CompletionException(
          new AttachFailedException(
              "cannot serve NBD on " + plan.nbd() + ": " + cannotListen.getMessage()));
    }
  }

  /**
   * Makes the export of a disk, and remembers its name. The name that the user chose is for the
   * disk that the paths named, whenever that one comes back, and for no other.
   *
   * @param id what tells it from other disks
   */
  private NbdExport export(String disk, String id, BlockDevice device) {
    if (plan.namesOneDisk() && namedDisk.isEmpty()) {
      namedDisk = id;
    }
    String name = namedDisk.equals(id) ? plan.exportName() : disk;
    exports.put(disk, name);
    return new NbdExport(name, id, device, plan.readOnly());
  }

  private NbdExport export(ScsiMpathHead head) {
    return export(head.diskName(), head.idText(), head.mpath());
  }

  private NbdExport export(PlainDisk disk) {
    return export(disk.name(), disk.snapshot().address(), disk.disk());
  }

  private void diskCame(ScsiMpathHead head) {
    NbdServer serving = server;
    if (serving != null && !stopping) {
      serving.addExport(export(head));
      snapshot(head).ifPresent(listener::diskServed);
    }
  }

  private Optional<HeadSnapshot> snapshot(ScsiMpathHead head) {
    return heads().stream().filter(one -> one.index() == head.index()).findFirst();
  }

  private void plainDiskCame(PlainDisk disk) {
    NbdServer serving = server;
    if (serving != null && !stopping) {
      serving.addExport(export(disk));
      listener.plainDiskServed(disk.snapshot());
    }
  }

  private void diskWent(String disk) {
    String name = exports.remove(disk);
    if (name != null && server != null && !stopping && server.removeExport(name)) {
      listener.diskGone(disk);
    }
  }
}
