package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BioSplitter;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The data path of a head: check, split, select, clone, submit, and on completion finish or fail
 * over. Takes no lock and, in the steady state, allocates nothing. Loop thread only.
 *
 * <p>A bio that is submitted while another one is being submitted (from a completion inside the
 * submission) queues behind it, as in the Linux block layer; so a path that completes at once never
 * makes the stack grow.
 */
final class IoDispatcher<P> {

  private static final System.Logger LOG = System.getLogger(IoDispatcher.class.getName());

  /** Most idle per-I/O contexts that are kept for reuse. */
  private static final int MAX_POOLED = 4096;

  private final MpathHead<P> head;
  private final MpathHeadTemplate<P> template;
  private final EventLoop loop;
  private final PathTable<P> table;
  private final PathChooser<P> chooser;
  private final HeadCounters counters;
  private final MpathHeadOptions options;
  private final PathBackOff<P> backOff;
  private final RequeueList<P> requeue;
  private final IoSuspension suspension;
  private final BioSplitter splitter = new BioSplitter(this::submit);
  private final IoFifo<P> submitted = new IoFifo<>();
  private final IoFifo<P> pool = new IoFifo<>();
  private final RateLimit parkWarnings = new RateLimit();
  private final RateLimit failWarnings = new RateLimit();
  private boolean submitting;

  IoDispatcher(
      MpathHead<P> head,
      EventLoop loop,
      PathTable<P> table,
      HeadCounters counters,
      MpathHeadOptions options) {
    this.head = head;
    this.template = head.template();
    this.loop = loop;
    this.table = table;
    this.chooser = head.chooser();
    this.counters = counters;
    this.options = options;
    this.backOff = new PathBackOff<>(head, loop, table, options);
    this.requeue = new RequeueList<>(head, this, loop, counters, options);
    this.suspension = new IoSuspension(head.name(), loop, requeue::kick);
  }

  PathBackOff<P> backOff() {
    return backOff;
  }

  RequeueList<P> requeue() {
    return requeue;
  }

  IoSuspension suspension() {
    return suspension;
  }

  void submit(Bio bio) {
    assert loop.inEventLoop() : "submitted off the head's loop: " + bio;
    MpathIo<P> io = pool.poll();
    if (io == null) {
      io = new MpathIo<>(this);
    }
    io.begin(bio);
    if (options.bioTimeoutNanos() > 0) {
      io.submittedNanos = loop.clock().nanoTime();
    }
    counters.inFlight.add(1);
    submitted.add(io);
    runSubmitted();
  }

  /** Sends waiting bios through the top again, ahead of what their completions submit. */
  void resubmit(IoFifo<P> waiting) {
    waiting.moveTo(submitted);
    runSubmitted();
  }

  /** Tells whether an exception out of a completion left bios behind. */
  boolean hasLeftovers() {
    return !submitting && !submitted.isEmpty();
  }

  private void runSubmitted() {
    if (submitting) {
      return;
    }
    submitting = true;
    try {
      for (MpathIo<P> io = submitted.poll(); io != null; io = submitted.poll()) {
        start(io);
      }
    } finally {
      submitting = false;
      if (!submitted.isEmpty()) {
        requeue.kick(); // an exception out of a completion left them behind
      }
    }
  }

  private void start(MpathIo<P> io) {
    Bio bio = io.original;
    if (!head.isLive()) {
      finish(io, BlockStatus.IOERR);
      return;
    }
    BlockLimits limits = head.limits();
    BlockStatus checked = limits.check(bio, head.capacityBytes());
    if (checked != BlockStatus.OK) {
      finish(io, checked);
    } else if (bio.op() == BioOp.FLUSH && !limits.volatileCache()) {
      finish(io, BlockStatus.OK); // completed writes are durable already
    } else if (io.attempts > 0 || BioSplitter.fits(bio, limits)) {
      // Tried once, it stays one bio, with its record of attempts and its times, even if the limits
      // have become stricter: a path's disk takes any length.
      dispatch(io);
    } else {
      release(io);
      splitter.submit(bio, limits);
    }
  }

  private void dispatch(MpathIo<P> io) {
    if (suspension.isSuspended()) {
      appendOrEnd(io, loop.clock().nanoTime());
      return;
    }
    MpathDevice<P> path = choose(io);
    if (path == null) {
      parkOrFail(io);
      return;
    }
    if ((io.triedPaths & path.bit()) != 0) {
      io.triedPaths = 0; // every path had its turn: a new round
    }
    int flags = io.attempts > 0 ? Bio.FAIL_FAST | Bio.REPEATED : Bio.FAIL_FAST;
    Bio clone = io.clone.asCloneOf(io.original, flags, io);
    if (!template.cloneBio(path.driverPath(), io.original, clone)) {
      finish(io, BlockStatus.IOERR);
      return;
    }
    io.triedPaths |= path.bit();
    io.attempts++;
    io.parked = false;
    io.attempt.open(path, head.ioPolicy().countsActive());
    if (head.ioStatistics()) {
      time(io);
    }
    suspension.attemptBegins();
    path.disk().submit(clone);
  }

  private void time(MpathIo<P> io) {
    long now = loop.turnNanos();
    if (!io.timed) {
      io.timed = true;
      io.startNanos = now;
      counters.io.started(io.original.op(), now);
    }
    io.attempt.time(io.original.op(), now);
  }

  /**
   * Selects a path for a bio: one it has not tried and that does not rest; else one it has not
   * tried; else one that does not rest. Null when there is none, or when all were tried and rest.
   */
  private @Nullable MpathDevice<P> choose(MpathIo<P> io) {
    long tried = io.triedPaths;
    long resting = table.setAside();
    MpathDevice<P> path = chooser.select(tried | resting);
    if (path == null && resting != 0) {
      path = chooser.select(tried);
    }
    if (path == null && tried != 0) {
      path = chooser.select(resting);
    }
    return path;
  }

  /** Tells whether a parked bio would not be parked again. */
  boolean couldGoOn(MpathIo<P> io) {
    if (suspension.isSuspended()) {
      return !head.isLive();
    }
    return !head.isLive() || choose(io) != null || !head.mayWaitForPath();
  }

  private void parkOrFail(MpathIo<P> io) {
    long now = loop.clock().nanoTime();
    if (!head.mayWaitForPath()) {
      counters.failNoAvailablePath.add(1);
      if (failWarnings.permits(now)) {
        warn("no path is available; failing I/O", failWarnings);
      }
      finish(io, BlockStatus.IOERR);
      return;
    }
    if (!io.parked) {
      io.parked = true;
      io.parkedSinceNanos = now;
      counters.requeueNoUsablePath.add(1);
      if (parkWarnings.permits(now)) {
        warn("no usable path; I/O waits for one", parkWarnings);
      }
    }
    appendOrEnd(io, now);
  }

  /** Lets a bio wait, if it has the time and there is room. */
  private void appendOrEnd(MpathIo<P> io, long now) {
    if (waitNanos(io, now) <= 0) {
      finish(io, BlockStatus.TIMEOUT);
    } else if (!requeue.append(io)) {
      finish(io, BlockStatus.RESOURCE);
    }
  }

  /** Returns how long a bio may go on waiting; Long.MAX_VALUE when it may for ever. */
  long waitNanos(MpathIo<P> io, long now) {
    long left = Long.MAX_VALUE;
    long noPathTimeoutNanos = head.noPathTimeoutNanos();
    if (io.parked && noPathTimeoutNanos > 0) {
      left = noPathTimeoutNanos - (now - io.parkedSinceNanos);
    }
    if (options.bioTimeoutNanos() > 0) {
      left = Math.min(left, options.bioTimeoutNanos() - (now - io.submittedNanos));
    }
    return left;
  }

  private boolean isGivenUp(MpathIo<P> io) {
    // Attempts on paths that are gone must not count against those that are left.
    io.mostPaths = Math.max(io.mostPaths, table.paths().length);
    return io.attempts >= (long) io.mostPaths * options.attemptsPerPath()
        || (options.bioTimeoutNanos() > 0 && waitNanos(io, loop.clock().nanoTime()) <= 0);
  }

  private void warn(String what, RateLimit limit) {
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: {1} ({2} more such messages held back)",
        head.name(),
        what,
        limit.takeSuppressed());
  }

  /** A clone ended, on whatever thread. */
  void cloneEnded(MpathIo<P> io) {
    if (loop.inEventLoop()) {
      attemptEnded(io);
      return;
    }
    try {
      loop.execute(io);
    } catch (RejectedExecutionException closed) {
      // The loop is gone or drowned; nobody but this thread can still tell the owner.
      LOG.log(System.Logger.Level.ERROR, head.name() + ": an I/O ended after its loop did", closed);
      Bio bio = io.end();
      bio.complete(bio.op().isWrite() ? BlockStatus.OUTCOME_UNKNOWN : BlockStatus.IOERR);
    }
  }

  void attemptEnded(MpathIo<P> io) {
    BlockStatus status = io.clone.status();
    long now = io.timed || io.attempt.isTimed() ? loop.turnNanos() : 0;
    MpathDevice<P> path = io.attempt.close(io.original, status, now);
    suspension.attemptEnded();
    if (!status.isPathError()) {
      backOff.carried(path);
      finish(io, status, now);
      return;
    }
    table.clear(path);
    backOff.failed(path, status);
    if (isGivenUp(io)) {
      finish(io, status);
      return;
    }
    if (!requeue.append(io)) {
      finish(io, BlockStatus.RESOURCE);
      return;
    }
    counters.failovers.add(1);
    path.counters.failedOver();
    requeue.kick();
  }

  private void finish(MpathIo<P> io, BlockStatus status) {
    finish(io, status, io.timed ? loop.turnNanos() : 0);
  }

  private void finish(MpathIo<P> io, BlockStatus status, long nowNanos) {
    if (io.timed) {
      counters.io.ended(io.original, status, io.startNanos, nowNanos);
    }
    release(io).complete(status);
  }

  private Bio release(MpathIo<P> io) {
    Bio bio = io.end();
    counters.inFlight.add(-1);
    if (pool.size() < MAX_POOLED) {
      pool.add(io);
    }
    return bio;
  }
}
