package io.multipath4j.libmultipath;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The original bios that wait for a path, in the order in which they came, and the worker that
 * sends all of them through the top of the head again. The worker runs once at the end of a loop
 * turn, however often it was kicked in it. What is parked while it runs waits for the next kick.
 * Loop thread only.
 */
final class RequeueList<P> {

  private static final System.Logger LOG = System.getLogger(RequeueList.class.getName());

  /** Deadlines are looked at together, so that a long list is not walked once per bio. */
  private static final long DEADLINE_GRANULARITY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final MpathHead<P> head;
  private final IoDispatcher<P> dispatcher;
  private final EventLoop loop;
  private final HeadCounters counters;
  private final MpathHeadOptions options;
  private final IoFifo<P> fifo = new IoFifo<>();
  private final Runnable worker = this::drain;
  private boolean workerScheduled;
  private @Nullable Timer safetyTimer;
  private @Nullable Timer deadlineTimer;
  private long deadlineNanos;

  RequeueList(
      MpathHead<P> head,
      IoDispatcher<P> dispatcher,
      EventLoop loop,
      HeadCounters counters,
      MpathHeadOptions options) {
    this.head = head;
    this.dispatcher = dispatcher;
    this.loop = loop;
    this.counters = counters;
    this.options = options;
  }

  /** Appends a bio; false when the list is full. */
  boolean append(MpathIo<P> io) {
    if (fifo.size() >= options.maxParkedBios()) {
      return false;
    }
    fifo.add(io);
    counters.parked.add(1);
    if (safetyTimer == null) {
      safetyTimer = loop.schedule(options.safetyIntervalNanos(), this::onSafetyTimer);
    }
    armDeadline(io);
    return true;
  }

  private void armDeadline(MpathIo<P> io) {
    long now = loop.clock().nanoTime();
    long waitNanos = dispatcher.waitNanos(io, now);
    if (waitNanos == Long.MAX_VALUE) {
      return;
    }
    long atNanos = now + Math.max(waitNanos, DEADLINE_GRANULARITY_NANOS);
    Timer armed = deadlineTimer;
    if (armed != null) {
      if (atNanos - deadlineNanos >= 0) {
        return;
      }
      armed.cancel();
    }
    deadlineNanos = atNanos;
    deadlineTimer = loop.schedule(atNanos - now, this::onDeadline);
  }

  /** Makes the worker run at the end of this turn. */
  void kick() {
    if (!workerScheduled && (!fifo.isEmpty() || dispatcher.hasLeftovers())) {
      workerScheduled = true;
      loop.defer(worker);
    }
  }

  /** Looks at what waits now, instead of at the end of this turn. */
  void flush() {
    if (!fifo.isEmpty()) {
      drain();
    }
  }

  /** The time limit of parked bios has changed: they are looked at again. */
  void timeoutChanged() {
    if (deadlineTimer != null) {
      deadlineTimer.cancel();
      deadlineTimer = null;
    }
    kick();
  }

  private void drain() {
    workerScheduled = false;
    counters.parked.add(-fifo.size());
    dispatcher.resubmit(fifo);
  }

  private void onDeadline() {
    deadlineTimer = null;
    drain();
  }

  /** Nothing should be found here: whatever made a bio go on should have kicked the worker. */
  private void onSafetyTimer() {
    safetyTimer = null;
    if (fifo.isEmpty()) {
      return;
    }
    if (!workerScheduled && anyCouldGoOn()) {
      counters.safetyTimerFirings.add(1);
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: the safety timer found parked I/O that could go on; an event that makes a path"
              + " usable was not reported",
          head.name());
      drain();
    }
    if (safetyTimer == null && !fifo.isEmpty()) {
      safetyTimer = loop.schedule(options.safetyIntervalNanos(), this::onSafetyTimer);
    }
  }

  private boolean anyCouldGoOn() {
    for (MpathIo<P> io = fifo.peek(); io != null; io = io.next) {
      if (dispatcher.couldGoOn(io)) {
        return true;
      }
    }
    return false;
  }
}
