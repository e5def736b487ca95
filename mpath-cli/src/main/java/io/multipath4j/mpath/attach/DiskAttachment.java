package io.multipath4j.mpath.attach;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.SystemNuma;
import io.multipath4j.nbd.NbdExport;
import io.multipath4j.nbd.NbdServer;
import io.multipath4j.nbd.NbdServerConfig;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.MultipathEvent;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several iSCSI paths to one logical unit, served as one disk over NBD, all on one loop. It serves
 * as soon as each path is attached or has failed once, and at least one is attached; paths that are
 * missing join later.
 *
 * <p>Loop thread only, except {@link #head}.
 */
public final class DiskAttachment {

  /** How long an attached path waits for the others before the disk is served without them. */
  private static final long GRACE_MILLIS = 1_000;

  /** Longest wait for clients' I/O when the attachment ends. */
  private static final long DRAIN_MILLIS = 3_000;

  /** Bits 47 and 46 of an ISID of the random type (RFC 7143 11.12.5). */
  private static final long ISID_RANDOM_TYPE = 0x8000_0000_0000L;

  private static final int ISID_RANDOM_BITS = 24;
  private static final int ISID_QUALIFIER_BITS = 16;

  private final EventLoop loop;
  private final AttachPlan plan;
  private final AttachListener listener;
  private final ScsiMultipath multipath;
  private final List<AttachPath> paths = new ArrayList<>();
  private final CompletableFuture<ServedDisk> served = new CompletableFuture<>();
  private volatile int headIndex = -1;
  private boolean graceIsOver;
  private @Nullable NbdServer server;
  private boolean ending;
  private @Nullable CompletableFuture<Void> closing;

  /**
   * Makes an attachment; {@link #start} begins.
   *
   * @param random a secure one in production: ISIDs and CHAP challenges come from it
   */
  public DiskAttachment(
      EventLoop loop, AttachPlan plan, AttachListener listener, RandomGenerator random) {
    this.loop = loop;
    this.plan = plan;
    this.listener = listener;
    this.multipath = new ScsiMultipath(loop, plan.multipath(), SystemNuma.detect(), this::happened);
    // One random part for the process, the qualifier tells its sessions apart; each session keeps
    // its ISID, so that a target can tell a return from a newcomer.
    long randomPart = random.nextLong(1L << ISID_RANDOM_BITS) << ISID_QUALIFIER_BITS;
    for (PathPlan path : plan.paths()) {
      int number = paths.size();
      long isid = ISID_RANDOM_TYPE | randomPart | number;
      paths.add(new AttachPath(this, path, number, isid, loop, random));
    }
  }

  /**
   * Starts to attach.
   *
   * @return completed when the disk is served; exceptionally with an {@link AttachFailedException}
   *     when it cannot be. The attachment is to be closed in both cases.
   */
  public CompletableFuture<ServedDisk> start() {
    paths.forEach(AttachPath::start);
    return served.copy();
  }

  /** Returns the disk's state; empty while there is no path. Any thread. */
  public Optional<HeadSnapshot> head() {
    int index = headIndex;
    return multipath.heads().stream().filter(head -> head.index() == index).findFirst();
  }

  /**
   * Ends in order: lets clients' I/O finish for a while, stops to serve, removes the socket and
   * logs out. Idempotent.
   *
   * @return completed on the loop thread when it is done
   */
  public CompletionStage<Void> close() {
    if (closing == null) {
      ending = true;
      CompletionStage<Void> drained =
          server == null ? CompletableFuture.completedFuture(null) : server.close(DRAIN_MILLIS);
      closing = drained.thenRun(this::closePaths).toCompletableFuture();
      served.completeExceptionally(new AttachFailedException("stopped"));
    }
    return closing;
  }

  private void closePaths() {
    paths.forEach(AttachPath::close);
  }

  ScsiMultipath multipath() {
    return multipath;
  }

  void attached(AttachPath path, int index) {
    if (headIndex < 0) {
      headIndex = index;
      loop.schedule(
          TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS),
          () -> {
            graceIsOver = true;
            settle();
          });
    } else if (headIndex != index) {
      fail(
          "these are different logical units, and no paths to one disk: "
              + multipath.heads().stream()
                  .map(DiskAttachment::pathAndId)
                  .collect(Collectors.joining("; ")));
      return;
    }
    settle();
  }

  private static String pathAndId(HeadSnapshot head) {
    return head.paths().getFirst().transport() + " is " + head.id();
  }

  /** That paths leave in the end is no news. */
  private void happened(MultipathEvent event) {
    if (!ending) {
      listener.happened(event);
      loop.defer(this::settle); // a path may have told the size that a served disk needs
    }
  }

  void waits(AttachPath path) {
    listener.pathWaits(path.url(), path.reason());
    settle();
  }

  /** Decides whether it is time to serve, or to give up. */
  void settle() {
    if (served.isDone() || server != null) {
      return;
    }
    List<AttachPath> refused = in(AttachPath.State.REFUSED);
    if (!refused.isEmpty()) {
      fail(reasons(refused));
      return;
    }
    boolean anyAttached = !in(AttachPath.State.ATTACHED).isEmpty();
    boolean anyTrying = !in(AttachPath.State.TRYING).isEmpty();
    if (anyAttached && (graceIsOver || !anyTrying)) {
      if (head().filter(disk -> disk.capacityBytes() > 0).isPresent()) {
        serve();
      }
    } else if (!anyAttached && !anyTrying && !plan.keepTrying()) {
      fail("no path could be attached:\n" + reasons(paths) + "\n(--wait keeps trying)");
    }
  }

  private List<AttachPath> in(AttachPath.State state) {
    return paths.stream().filter(path -> path.state() == state).toList();
  }

  private static String reasons(List<AttachPath> paths) {
    return paths.stream()
        .map(path ->
            path.reason().contains(path.url())
                ? path.reason()
                : "  " + path.url() + ": " + path.reason())
        .collect(Collectors.joining("\n"));
  }

  private void fail(String message) {
    served.completeExceptionally(new AttachFailedException(message));
  }

  private void serve() {
    HeadSnapshot head = head().orElseThrow();
    BlockDevice disk = multipath.disk(head.index()).orElseThrow();
    try {
      NbdServerConfig config =
          NbdServerConfig.builder()
              .export(new NbdExport(plan.exportName(), head.id(), disk, plan.readOnly()))
              .listen(plan.nbd())
              .allowRemote(plan.allowRemote())
              .build();
      NbdServer started = NbdServer.start(loop, config);
      server = started;
      served.complete(new ServedDisk(head, started.endpoints().getFirst(), plan.paths().size()));
    } catch (IOException | IllegalArgumentException cannotListen) {
      served.completeExceptionally(
          new AttachFailedException(
              "cannot serve NBD on " + plan.nbd() + ": " + cannotListen.getMessage(),
              cannotListen));
    }
  }
}
