package io.multipath4j.initiator;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.MultipathEvent;
import io.multipath4j.scsi.multipath.PlainDisk;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.TopologyListener;
import io.multipath4j.scsi.multipath.reservation.FileKeyStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Attaches iSCSI paths and keeps them: logs in, finds logical units, makes disks of them, and tries
 * again what failed. Afterwards each path comes back by itself.
 *
 * <p>Loop thread only, except where it says "any thread".
 */
public final class Initiator {

  /** How long an attached path waits for the others before the disks are ready without them. */
  private static final long GRACE_MILLIS = 1_000;

  /** Bits 47 and 46 of an ISID of the random type (RFC 7143 11.12.5). */
  private static final long ISID_RANDOM_TYPE = 0x8000_0000_0000L;

  private static final int ISID_RANDOM_BITS = 24;
  private static final int ISID_QUALIFIER_BITS = 16;
  private static final int QUALIFIER_MASK = (1 << ISID_QUALIFIER_BITS) - 1;

  private final EventLoop loop;
  private final InitiatorConfig config;
  private final InitiatorListener listener;
  private final RandomGenerator random;
  private final ScsiMultipath multipath;
  private int isidPart;
  private final List<PathAttachment> paths = new ArrayList<>();
  private final CompletableFuture<List<BlockDevice>> ready = new CompletableFuture<>();
  private boolean graceBegan;
  private boolean graceIsOver;
  private boolean closed;

  /**
   * Makes one without paths.
   *
   * @param random a secure one in production: ISIDs and CHAP challenges come from it
   */
  public Initiator(
      EventLoop loop, InitiatorConfig config, InitiatorListener listener, RandomGenerator random) {
    this.loop = loop;
    this.config = config;
    this.listener = listener;
    this.random = random;
    this.isidPart = random.nextInt(1 << ISID_RANDOM_BITS);
    this.multipath = new ScsiMultipath(loop, config.multipath(), config.numa(), this::happened);
    multipath.addTopologyListener(
        new TopologyListener() {
          @Override
          public void headAdded(ScsiMpathHead head) {
            config.disks().applyTo(head.mpath());
          }

          @Override
          public void headLive(ScsiMpathHead head) {
            loop.execute(Initiator.this::settle); // when all listeners know of the disk
          }
        });
  }

  /**
   * Attaches paths; once. Those that all name a logical unit must lead to one disk.
   *
   * @param wanted 1 to 65536
   * @return completed on the loop, with the disks, as soon as each path is attached or has failed
   *     once and there is a disk; paths and disks that are missing come later. Fails with an {@link
   *     AttachFailedException}. Close this object in both cases
   */
  public CompletableFuture<List<BlockDevice>> attach(List<IscsiPath> wanted) {
    if (wanted.isEmpty() || wanted.size() > 1 << ISID_QUALIFIER_BITS || !paths.isEmpty()) {
      throw new IllegalArgumentException(
          "paths are attached once, 1 to " + (1 << ISID_QUALIFIER_BITS) + ", not " + wanted.size());
    }
    // One random part for the process, the qualifier tells its sessions apart; each session keeps
    // its ISID, so that a target can tell a return from a newcomer.
    Set<Integer> qualifiers = new HashSet<>();
    for (IscsiPath path : wanted) {
      long randomPart = (long) isidPart << ISID_QUALIFIER_BITS;
      long isid = ISID_RANDOM_TYPE | randomPart | qualifier(path, qualifiers);
      paths.add(new PathAttachment(this, path, paths.size(), isid, loop, config, random));
    }
    paths.forEach(PathAttachment::start);
    return ready.copy();
  }

  /** The same for the same URL, in whatever order they are named after a restart. */
  private static int qualifier(IscsiPath path, Set<Integer> taken) {
    int hash = path.url().hashCode();
    int qualifier = (hash ^ hash >>> ISID_QUALIFIER_BITS) & QUALIFIER_MASK;
    while (!taken.add(qualifier)) {
      qualifier = qualifier + 1 & QUALIFIER_MASK;
    }
    return qualifier;
  }

  /**
   * Lets disks have persistent reservations, and makes this process's sessions those nexuses that
   * an earlier process with the same file had. To be called once, before {@link #attach}.
   *
   * @param keys stays open until this object is closed: no other process may use its ISIDs
   * @throws IllegalStateException when there are paths, or they are allowed already
   */
  public void allowPersistentReservations(FileKeyStore keys) {
    if (!paths.isEmpty()) {
      throw new IllegalStateException("persistent reservations are to be allowed before attach()");
    }
    multipath.allowPersistentReservations(keys);
    isidPart = keys.isidPart();
  }

  /** Returns the hosts, heads and paths. Any thread. */
  public ScsiMultipath multipath() {
    return multipath;
  }

  /**
   * Returns the disks that take I/O now, those that are not multipathed last. A unit whose paths do
   * not tell its size yet is none. Any thread.
   */
  public List<BlockDevice> disks() {
    return Stream.concat(
            multipath.mpathHeads().stream().map(ScsiMpathHead::mpath).filter(MpathHead::isLive),
            multipath.plainDisks().stream().map(PlainDisk::disk))
        .toList();
  }

  /** Ends all I/O, logs out. Idempotent. */
  public void close() {
    closed = true;
    paths.forEach(PathAttachment::close);
    fail("stopped");
  }

  // ---- what the paths tell

  /** That paths leave in the end is no news. */
  private void happened(MultipathEvent event) {
    if (!closed) {
      listener.happened(event);
    }
  }

  void waits(PathAttachment path) {
    listener.pathWaits(path.url(), path.reason());
    settle();
  }

  void attached() {
    if (!graceBegan) {
      graceBegan = true;
      loop.schedule(
          TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS),
          () -> {
            graceIsOver = true;
            settle();
          });
    }
    settle();
  }

  /** Decides whether the disks are ready, or it is time to give up. */
  void settle() {
    if (ready.isDone()) {
      return;
    }
    List<PathAttachment> refused = in(PathAttachment.State.REFUSED);
    if (!refused.isEmpty()) {
      fail(reasons(refused));
      return;
    }
    List<HeadSnapshot> heads = multipath.heads();
    if (heads.size() > 1 && paths.stream().allMatch(PathAttachment::namesOneUnit)) {
      fail(
          "these are different logical units, and no paths to one disk: "
              + heads.stream().map(Initiator::pathAndId).collect(Collectors.joining("; ")));
      return;
    }
    boolean anyAttached = !in(PathAttachment.State.ATTACHED).isEmpty();
    boolean anyTrying = !in(PathAttachment.State.TRYING).isEmpty();
    List<BlockDevice> disks = disks();
    if (!disks.isEmpty() && anyAttached && (graceIsOver || !anyTrying)) {
      ready.complete(disks);
    } else if (anyAttached && graceIsOver && !config.keepTrying()) {
      fail("no disk takes I/O yet:\n" + unusable());
    } else if (!anyAttached && !anyTrying && !config.keepTrying()) {
      fail("no path could be attached:\n" + reasons(paths));
    }
  }

  private String unusable() {
    return multipath.mpathHeads().stream()
        .flatMap(head -> head.paths().stream())
        .map(path -> "  " + path.device().host().transport().name() + ": " + path.pending())
        .collect(Collectors.joining("\n"));
  }

  private void fail(String message) {
    ready.completeExceptionally(new AttachFailedException(message));
  }

  private List<PathAttachment> in(PathAttachment.State state) {
    return paths.stream().filter(path -> path.state() == state).toList();
  }

  private static String pathAndId(HeadSnapshot head) {
    return head.paths().stream()
        .findFirst()
        .map(path -> path.transport() + " is " + head.id())
        .orElse(head.id());
  }

  private static String reasons(List<PathAttachment> paths) {
    return paths.stream()
        .map(path ->
            path.reason().contains(path.url())
                ? path.reason()
                : "  " + path.url() + ": " + path.reason())
        .collect(Collectors.joining("\n"));
  }
}
