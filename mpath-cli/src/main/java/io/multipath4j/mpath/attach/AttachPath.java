package io.multipath4j.mpath.attach;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.multipath.AddResult;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One URL on its way to become a path: log in, find the logical unit, offer it to the disk; and
 * again until it is one. Afterwards session and host keep it alive by themselves. Loop thread only.
 */
final class AttachPath {

  /** How long until another try, in milliseconds. */
  private static final long RETRY_MILLIS = 250;

  enum State {
    /** The first try is under way. */
    TRYING,
    /** The last try failed; the next will come. */
    WAITING,
    /** It is a path of the disk. */
    ATTACHED,
    /** It must not be one. */
    REFUSED
  }

  private final DiskAttachment attachment;
  private final PathPlan plan;
  private final EventLoop loop;
  private final IscsiSession session;
  private final ScsiHost host;
  private State state = State.TRYING;
  private String reason = "";
  private @Nullable Timer retry;
  private boolean closed;

  /**
   * Makes one.
   *
   * @param isid unique among the sessions of this process
   */
  AttachPath(
      DiskAttachment attachment,
      PathPlan plan,
      int number,
      long isid,
      EventLoop loop,
      RandomGenerator random) {
    this.attachment = attachment;
    this.plan = plan;
    this.loop = loop;
    this.session = new IscsiSession(loop, plan.session(), isid, random);
    this.host = new ScsiHost(number, session, loop, ScsiTimeouts.DEFAULTS);
  }

  void start() {
    var _ =
        session
            .start()
            .whenComplete((up, failure) -> {
              if (failure == null) {
                probe();
              } else {
                waits(message(failure));
              }
            });
  }

  State state() {
    return state;
  }

  String url() {
    return plan.url();
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

  private void probe() {
    var _ =
        host.probe(plan.lun())
            .whenComplete((device, failure) -> {
              if (failure != null) {
                waits(message(failure));
              } else if (!closed) {
                offer(device);
              }
            });
  }

  private void offer(ScsiDevice device) {
    var _ = attachment.multipath().addDevice(device).thenAccept(this::answered);
  }

  private void answered(AddResult result) {
    if (closed) {
      return;
    }
    switch (result) {
      case AddResult.NewHead head -> attached(head.headIndex());
      case AddResult.JoinedHead head -> attached(head.headIndex());
      case AddResult.OrdinaryDisk ordinary -> refused(plan.url() + ": " + ordinary.reason());
      case AddResult.NoDisk other -> refused(plan.url() + ": " + other.reason());
      case AddResult.Refused refused -> refused(refused.reason());
    }
  }

  private void attached(int headIndex) {
    state = State.ATTACHED;
    reason = "";
    attachment.attached(this, headIndex);
  }

  private void refused(String why) {
    state = State.REFUSED;
    reason = why;
    attachment.settle();
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
      attachment.waits(this);
    }
  }

  /** The session reconnects by itself; there is nothing to ask before it stands. */
  private void tryAgain() {
    if (session.isUp()) {
      probe();
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
