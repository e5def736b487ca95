package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The part of a turn that needs no transport: timers, mailbox, deferred tasks, and the flush.
 *
 * <p>All methods belong to the loop thread, except {@link #post}, {@link #hasMail} and {@link
 * #mustWake}.
 */
public final class LoopCore {

  /** Tasks that may wait in a loop's mailbox; more are rejected. */
  public static final int MAILBOX_CAPACITY = 16 * 1024;

  /** Buffers of one gathering write: the kernel's IOV_MAX. */
  static final int MAX_GATHER = 1024;

  /** Buffers that a handler can name for one read. */
  static final int MAX_TARGETS = 8;

  /**
   * Deferred tasks and flushes may cause each other; after so many rounds the rest waits for the
   * next turn, so that reads are not starved.
   */
  static final int MAX_END_ROUNDS = 8;

  private static final System.Logger LOG = System.getLogger(LoopCore.class.getName());

  final StagingPool staging = new StagingPool();
  final ByteBuffer[] gather = new ByteBuffer[MAX_GATHER];
  final ByteBuffer[] targets = new ByteBuffer[MAX_TARGETS];

  private final Clock clock;
  private final MpscVarHandleArrayQueue<Runnable> mailbox;

  /** True from just before the loop blocks until it is back, or somebody is about to wake it. */
  private final AtomicBoolean asleep = new AtomicBoolean();

  private final TimerQueue timers = new TimerQueue();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
  private @Nullable LoopStream[] dirty = new @Nullable LoopStream[16];
  private @Nullable LoopStream[] flushing = new @Nullable LoopStream[16];
  private int dirtyCount;
  private boolean turning;
  private boolean turnTimed;
  private long turnNanos;

  /** Makes the core of a loop that has this clock. */
  public LoopCore(Clock clock) {
    this(clock, MAILBOX_CAPACITY);
  }

  LoopCore(Clock clock, int mailboxCapacity) {
    this.clock = clock;
    this.mailbox = new MpscVarHandleArrayQueue<>(mailboxCapacity);
  }

  /**
   * Puts a task into the mailbox. Any thread.
   *
   * @throws RejectedExecutionException when the mailbox is full
   */
  public void post(Runnable task) {
    if (!mailbox.offer(task)) {
      throw new RejectedExecutionException(
          "mailbox of the event loop is full: " + mailbox.capacity() + " tasks wait");
    }
  }

  /** Tells whether a posted task waits. Any thread. */
  public boolean hasMail() {
    return !mailbox.isEmpty();
  }

  /**
   * Says that the loop is about to block.
   *
   * @return false when it must not, because there is mail
   */
  public boolean fallAsleep() {
    asleep.set(true);
    // A task that came after the first look has seen us awake and woke nobody: look again. The
    // queue's producer index is volatile, as asleep is: one of the two sides sees the other.
    return !hasMail();
  }

  /** Says that the loop does not block any more. */
  public void wokeUp() {
    asleep.set(false);
  }

  /**
   * Tells, after a {@link #post}, whether the caller has to wake the loop. Of several callers one
   * is told so. Any thread.
   */
  public boolean mustWake() {
    return asleep.get() && asleep.compareAndSet(true, false);
  }

  /** Adds a timer. */
  public Timer schedule(long delayNanos, Runnable task) {
    if (delayNanos < 0) {
      throw new IllegalArgumentException("negative delay: " + delayNanos + " ns");
    }
    // Deadlines are compared by subtraction: half of the range is the longest delay.
    return timers.add(clock.nanoTime() + Math.min(delayNanos, Long.MAX_VALUE / 2), task);
  }

  /** Adds a task to the end of this turn. */
  public void defer(Runnable task) {
    deferred.addLast(task);
  }

  /** Tells whether a turn has something to do now, whatever the transports say. */
  public boolean hasWork() {
    return dirtyCount > 0 || !deferred.isEmpty() || hasMail();
  }

  /** Returns the nanoseconds until the next timer is due, 0 if it is, MAX_VALUE without timers. */
  public long nanosToNextTimer() {
    return timers.isEmpty() ? Long.MAX_VALUE : timers.nanosToNext(clock.nanoTime());
  }

  /** Returns the time at which it was first asked for in this turn; between turns, that of now. */
  public long turnNanos() {
    if (!turnTimed) {
      turnNanos = clock.nanoTime();
      turnTimed = turning;
    }
    return turnNanos;
  }

  /** Starts a turn, before streams are read. */
  public void beginTurn() {
    turning = true;
    turnTimed = false;
    timers.beginTurn();
  }

  /**
   * Ends a turn, after streams were read: timers, mailbox, deferred tasks, flush.
   *
   * @return how many tasks ran and streams were flushed
   */
  public int endTurn() {
    int work = runTimers() + runMailbox();
    for (int round = 0;
        round < MAX_END_ROUNDS && (dirtyCount > 0 || !deferred.isEmpty());
        round++) {
      work += runDeferred() + flush();
    }
    turning = false;
    turnTimed = false;
    return work;
  }

  private int runTimers() {
    if (timers.isEmpty()) {
      return 0;
    }
    int work = 0;
    long nowNanos = clock.nanoTime();
    for (Runnable task = timers.pollExpired(nowNanos);
        task != null;
        task = timers.pollExpired(nowNanos)) {
      run(task);
      work++;
    }
    return work;
  }

  private int runMailbox() {
    int work = 0;
    // What these tasks post is for a later turn.
    for (int count = mailbox.size(); work < count; work++) {
      Runnable task = mailbox.poll();
      if (task == null) {
        return work;
      }
      run(task);
    }
    return work;
  }

  private int runDeferred() {
    int work = 0;
    for (int count = deferred.size(); work < count; work++) {
      run(deferred.removeFirst());
    }
    return work;
  }

  void markDirty(LoopStream stream) {
    if (dirtyCount == dirty.length) {
      dirty = Arrays.copyOf(dirty, dirtyCount * 2);
    }
    dirty[dirtyCount++] = stream;
  }

  private int flush() {
    int count = dirtyCount;
    @Nullable LoopStream[] streams = dirty;
    dirty = flushing;
    dirtyCount = 0;
    flushing = streams;
    for (int i = 0; i < count; i++) {
      LoopStream stream = streams[i];
      streams[i] = null;
      if (stream != null) {
        stream.flush();
      }
    }
    return count;
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "task of an event loop failed; the loop goes on", e);
    }
  }
}
