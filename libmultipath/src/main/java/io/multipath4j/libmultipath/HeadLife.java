package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a head lives: references and openers, the claims of paths that are being probed or used,
 * and delayed removal. {@link MpathHead} tells the order of a driver's calls.
 *
 * <p>A head is given up once: either {@link #releaseClaim} or {@link #canRemoveHead} answers true,
 * or the template's {@link MpathHeadTemplate#removeHead} is called, or the driver calls {@link
 * MpathHead#removeDisk} unasked; never two of the first three. From then on {@link #claim} answers
 * false.
 *
 * <p>Methods are for the head's loop, except where they say "any thread".
 */
public final class HeadLife<P> {

  /** Longest delay of the removal, in seconds. */
  public static final long MAX_DELAYED_REMOVAL_SECS = (1L << 32) - 1;

  private static final System.Logger LOG = System.getLogger(HeadLife.class.getName());

  /** Whether the head is to go. */
  private enum Removal {
    /** It stays. */
    NONE,
    /** It goes when the timer fires. */
    PENDING,
    /** It was given up. */
    GRANTED
  }

  private final MpathHead<P> head;
  private final EventLoop loop;
  private final HeadReferences references;
  private volatile long delayedRemovalSecs;
  private volatile Removal removal = Removal.NONE;
  private int claims;
  private @Nullable Timer timer;
  private boolean deadlineKept;
  private long deadlineNanos;

  HeadLife(MpathHead<P> head, EventLoop loop) {
    this.head = head;
    this.loop = loop;
    this.references = new HeadReferences(head.name());
  }

  // References.

  /** Takes a reference; false (ENXIO) when the last one was given back. Any thread. */
  public boolean get() {
    return references.get();
  }

  /**
   * Gives a reference back. Any thread.
   *
   * @throws IllegalStateException when there is none
   */
  public void put() {
    references.put();
  }

  /** Returns the references: one of the driver, and one of each opener. Any thread. */
  public int references() {
    return references.count();
  }

  /**
   * Opens the disk. Any thread.
   *
   * @throws BlockOperationException ENXIO when the disk is not live
   */
  public HeadOpen open() throws BlockOperationException {
    return open(head.name(), head::isLive);
  }

  HeadOpen open(String device, BooleanSupplier isThere) throws BlockOperationException {
    if (references.get()) {
      HeadOpen open = new HeadOpen(references);
      if (isThere.getAsBoolean()) {
        return open;
      }
      open.close();
    }
    throw BlockOperationException.gone("cannot open " + device + ": it is not there");
  }

  /**
   * Gives the driver's reference back; to be called after {@link MpathHead#removeDisk}. Never
   * blocks.
   *
   * @return completed when every opener is gone, on the thread of the last
   */
  public CompletionStage<Void> uninit() {
    return references.uninit();
  }

  // Claims.

  /**
   * A path of this head was found. From here on the head stays, and a delayed removal that was
   * pending does not happen. To be followed by {@link #releaseClaim}, whatever becomes of the path.
   *
   * @return false when the head was given up, so that the path needs a new one
   */
  public boolean claim() {
    if (removal == Removal.GRANTED) {
      return false;
    }
    claims++;
    if (removal == Removal.PENDING) {
      disarm();
      deadlineKept = true;
    }
    return true;
  }

  /**
   * Gives a claim back: the path is off the list, or never came on it. When it was the last and no
   * path is left, the head is to be removed, or waits {@link #delayedRemovalSecs} for a path.
   *
   * @return true when the caller is to remove the head now
   * @throws IllegalStateException when there is no claim
   */
  public boolean releaseClaim() {
    if (claims == 0) {
      throw new IllegalStateException(head.name() + ": a claim was given back twice");
    }
    claims--;
    return canRemoveHead();
  }

  /**
   * Asks whether the head may go now. Without paths and claims it may, unless its removal is to be
   * delayed: then the time begins to run, if it does not yet, and {@link
   * MpathHeadTemplate#removeHead} is called at its end. A path that claims the head and fails its
   * probe does not prolong the time.
   *
   * @return true, once, when the caller is to remove the head now
   */
  public boolean canRemoveHead() {
    if (removal != Removal.NONE || inUse()) {
      return false;
    }
    if (delayedRemovalSecs == 0 || !head.isLive()) {
      removal = Removal.GRANTED;
      return true;
    }
    long now = loop.clock().nanoTime();
    if (!deadlineKept) {
      deadlineNanos = now + TimeUnit.SECONDS.toNanos(delayedRemovalSecs);
    }
    removal = Removal.PENDING;
    timer = loop.schedule(Math.max(0, deadlineNanos - now), this::onTimer);
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: no path is left; the disk is removed in {1} s unless one returns",
        head.name(),
        TimeUnit.NANOSECONDS.toSeconds(deadlineNanos - now));
    return false;
  }

  // Delayed removal.

  /**
   * Returns for how long the disk stays when its last path was removed, in seconds; 0, the default,
   * is not at all. Any thread.
   */
  public long delayedRemovalSecs() {
    return delayedRemovalSecs;
  }

  /**
   * Sets for how long the disk stays without any path, and whether I/O waits when no path is
   * usable: it does unless this is 0. A time that runs already is not changed by another one but 0,
   * which ends it: parked I/O fails, and without a path the head is removed at once.
   *
   * @param seconds 0 to {@link #MAX_DELAYED_REMOVAL_SECS}
   * @throws IllegalArgumentException when it is out of range; nothing has changed then
   */
  public void setDelayedRemovalSecs(long seconds) {
    if (seconds < 0 || seconds > MAX_DELAYED_REMOVAL_SECS) {
      throw new IllegalArgumentException(
          "delayed removal of %d s: expected 0 to %d".formatted(seconds, MAX_DELAYED_REMOVAL_SECS));
    }
    delayedRemovalSecs = seconds;
    head.setQueueIfNoPath(seconds != 0);
    if (seconds == 0) {
      deadlineKept = false;
      if (removal == Removal.PENDING) {
        disarm();
        removeNow();
      }
    }
  }

  /** Tells whether the disk is only there because its removal is delayed. Any thread. */
  public boolean isRemovalPending() {
    return removal == Removal.PENDING;
  }

  /** Nothing can have come between, since a claim cancels the timer; looked at all the same. */
  private void onTimer() {
    timer = null;
    removal = Removal.NONE;
    removeNow();
  }

  private void removeNow() {
    if (inUse()) {
      return;
    }
    removal = Removal.GRANTED;
    LOG.log(
        System.Logger.Level.INFO, "{0}: no path is left and none returned; removed", head.name());
    head.template().removeHead(head);
  }

  private boolean inUse() {
    return claims != 0 || !head.devicesEmpty();
  }

  private void disarm() {
    Timer armed = timer;
    if (armed != null) {
      armed.cancel();
      timer = null;
    }
    removal = Removal.NONE;
  }

  // Told by the head.

  /**
   * A path is about to come on the list.
   *
   * @throws IllegalStateException when the head was given up
   */
  void pathComes(MpathDevice<P> path) {
    if (removal == Removal.GRANTED) {
      throw new IllegalStateException(
          head.name() + " was given up; path " + path + " comes too late");
    }
    if (removal == Removal.PENDING) {
      disarm();
    }
    deadlineKept = false;
  }

  /** The disk was removed, by whomever. */
  void diskRemoved() {
    disarm();
    removal = Removal.GRANTED;
  }
}
