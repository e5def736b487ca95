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
    if (closing == null) {
      CompletionStage<Void> drained =
          server == null ? CompletableFuture.completedFuture(null) : server.close(DRAIN_MILLIS);
      closing = drained.thenRun(initiator::close).toCompletableFuture();
    }
    return closing;
  }

  private ServedDisks serve() {
    List<HeadSnapshot> heads = heads();
    NbdServerConfig.Builder config =
        NbdServerConfig.builder().listen(plan.nbd()).allowRemote(plan.allowRemote());
    for (HeadSnapshot head : heads) {
      multipath()
          .disk(head.index())
          .ifPresent(disk -> config.export(export(head.disk(), head.id(), disk)));
    }
    List<PlainDisk> plain = multipath().plainDisks();
    plain.forEach(one -> config.export(export(one)));
    try {
      NbdServer started = NbdServer.start(loop, config.build());
      server = started;
      return new ServedDisks(
          heads,
          plain.stream().map(PlainDisk::snapshot).toList(),
          started.endpoints().getFirst(),
          plan.paths().size());
    } catch (IOException | IllegalArgumentException cannotListen) {
      throw new CompletionException(
          new AttachFailedException(
              "cannot serve NBD on " + plan.nbd() + ": " + cannotListen.getMessage()));
    }
  }

  /** Makes the export of a disk, and remembers its name. */
  private NbdExport export(String disk, String description, BlockDevice device) {
    String name = plan.namesOneDisk() && exports.isEmpty() ? plan.exportName() : disk;
    exports.put(disk, name);
    return new NbdExport(name, description, device, plan.readOnly());
  }

  private NbdExport export(PlainDisk disk) {
    return export(disk.name(), disk.snapshot().address(), disk.disk());
  }

  private void diskCame(ScsiMpathHead head) {
    NbdServer serving = server;
    if (serving != null && closing == null) {
      serving.addExport(export(head.diskName(), head.idText(), head.mpath()));
      heads().stream()
          .filter(one -> one.index() == head.index())
          .findFirst()
          .ifPresent(listener::diskServed);
    }
  }

  private void plainDiskCame(PlainDisk disk) {
    NbdServer serving = server;
    if (serving != null && closing == null) {
      serving.addExport(export(disk));
      listener.plainDiskServed(disk.snapshot());
    }
  }

  private void diskWent(String disk) {
    String name = exports.remove(disk);
    if (name != null && server != null && closing == null && server.removeExport(name)) {
      listener.diskGone(disk);
    }
  }
}
