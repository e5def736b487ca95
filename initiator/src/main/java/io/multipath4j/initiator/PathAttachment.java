package io.multipath4j.initiator;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.MultipathMode;
import io.multipath4j.scsi.multipath.ScanReport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One path on its way: log in, find what is wanted, offer it to the disks; and again until it is
 * one. Afterwards session and host keep it alive by themselves. Loop thread only.
 */
final class PathAttachment {

  /** How long until another try, in milliseconds. */
  private static final long RETRY_MILLIS = 250;

  enum State {
    /** The first try is under way. */
    TRYING,
    /** The last try failed; the next will come. */
    WAITING,
    /** It is a path of a disk, or of several. */
    ATTACHED,
    /** The logical unit that it names must not be one. */
    REFUSED
  }

  private final Initiator initiator;
  private final IscsiPath path;
  private final EventLoop loop;
  private final IscsiSession session;
  private final ScsiHost host;
  private final boolean multipathIsOff;
  private State state = State.TRYING;
  private String reason = "";
  private @Nullable Timer retry;
  private boolean closed;

  /**
   * Makes one.
   *
   * @param isid unique among the sessions of this process
   */
  PathAttachment(
      Initiator initiator,
      IscsiPath path,
      int number,
      long isid,
      EventLoop loop,
      InitiatorConfig config,
      RandomGenerator random) {
    this.initiator = initiator;
    this.path = path;
    this.loop = loop;
    this.session = new IscsiSession(loop, path.session(), isid, random);
    this.host = new ScsiHost(number, session, loop, config.timeouts());
    this.multipathIsOff = config.multipath().mode() == MultipathMode.OFF;
  }

  void start() {
    initiator.multipath().addHost(host);
    var _ =
        session
            .start()
            .whenComplete((up, failure) -> {
              if (failure == null) {
                find();
              } else {
                waits(message(failure));
              }
            });
  }

  State state() {
    return state;
  }

  String url() {
    return path.url();
  }

  boolean namesOneUnit() {
    return path.lun().isPresent();
  }

  /** Returns why it is not attached, one clause; empty when nothing was found out. */
  String reason() {
    return reason;
  }

  void close() {
    closed = true;
    if (retry != null) {
      retry.cancel();
    }
    host.close();
  }

  private void find() {
    CompletableFuture<Void> answered =
        path.lun().isPresent()
            ? host.probe(path.lun().getAsLong()).thenCompose(this::offer).thenAccept(this::answered)
            : initiator.multipath().scan(host).thenAccept(this::scanned);
    var _ =
        answered.whenComplete((done, failure) -> {
          if (failure != null) {
            waits(message(failure));
          }
        });
  }

  private CompletableFuture<AddResult> offer(ScsiDevice device) {
    return closed
        ? CompletableFuture.failedFuture(new AttachFailedException("stopped"))
        : initiator.multipath().addDevice(device);
  }

  /** The one unit that the path names. */
  private void answered(AddResult result) {
    switch (result) {
      case AddResult.NewHead _, AddResult.JoinedHead _ -> attached();
      case AddResult.OrdinaryDisk _ when multipathIsOff -> attached();
      case AddResult.OrdinaryDisk ordinary -> refused(path.url() + ": " + ordinary.reason());
      case AddResult.NoDisk other -> refused(path.url() + ": " + other.reason());
      case AddResult.Refused refused -> refused(refused.reason());
    }
  }

  /** Whatever the target lists; what it lists later is taken in by itself. */
  private void scanned(ScanReport report) {
    if (report.taken().values().stream().anyMatch(PathAttachment::isDisk)) {
      attached();
    } else {
      waits(
          "the target lists no logical unit that can become a disk"
              + report.taken().values().stream()
                  .map(PathAttachment::why)
                  .findFirst()
                  .map(why -> ": " + why)
                  .orElse(""));
    }
  }

  private static boolean isDisk(AddResult result) {
    return switch (result) {
      case AddResult.NewHead _, AddResult.JoinedHead _, AddResult.OrdinaryDisk _ -> true;
      case AddResult.NoDisk _, AddResult.Refused _ -> false;
    };
  }

  private static String why(AddResult result) {
    return switch (result) {
      case AddResult.NewHead _, AddResult.JoinedHead _ -> "";
      case AddResult.OrdinaryDisk ordinary -> ordinary.reason();
      case AddResult.NoDisk other -> other.reason();
      case AddResult.Refused refused -> refused.reason();
    };
  }

  private void attached() {
    if (!closed) {
      state = State.ATTACHED;
      reason = "";
      initiator.attached();
    }
  }

  private void refused(String why) {
    if (!closed) {
      state = State.REFUSED;
      reason = why;
      initiator.settle();
    }
  }

  private void waits(String why) {
    if (closed) {
      return;
    }
    boolean news = !why.equals(reason);
    state = State.WAITING;
    reason = why;
    retry = loop.schedule(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS), this::tryAgain);
    if (news) {
      initiator.waits(this);
    }
  }

  /** The session reconnects by itself; there is nothing to ask before it stands. */
  private void tryAgain() {
    if (session.isUp()) {
      find();
    } else {
      String failure = session.lastFailure();
      waits(failure == null ? reason : failure);
    }
  }

  private static String message(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
